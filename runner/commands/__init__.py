"""The commands of ``python -m runner`` and their options."""
