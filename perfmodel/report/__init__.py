"""The paper's figures again, as data, charts and pages, with reasons where they differ."""
