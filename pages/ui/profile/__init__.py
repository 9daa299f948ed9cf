"""The parts of the Profile page."""
