"""One run from outside: its order sheet, its supervisor, what came of it, and whether that is valid."""
