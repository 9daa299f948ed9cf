"""The CNNs that can be run: how each is built, what it wants to see, and users' own."""
