"""The images that a run reads: where they come from, samples of them, and their pixels."""
