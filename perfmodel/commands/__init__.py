"""The commands of ``python -m perfmodel``."""
