"""Names that somebody else chose, as they can be shown."""

from __future__ import annotations


def printable(name: str) -> str:
    """Return the name of a file or a column as it can be shown and stored: what cannot be printed is replaced.

    A file system takes line breaks, escape sequences of terminals and bytes that are no character.
    """
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)
