"""The paper's techniques and their grids, searched exactly and fast."""
