"""From a deadline or a budget to a configuration, a file for whoever runs it, and what became of it."""
