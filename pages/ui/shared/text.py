"""Texts from data, shown as they are: names, file names and messages are no Markdown."""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def literal(text: str) -> str:
    """Markdown that shows a text as it is: no link, picture, formula or colour comes out of it."""
    return _PUNCTUATION.sub(r"\\\1", text).replace("\n", "  \n")


def code(text: str) -> str:
    """Markdown that shows a text as it is, in the type of code."""
    one_line = " ".join(text.split())
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", one_line)), default=0))
    space = " " if one_line.startswith("`") or one_line.endswith("`") else ""
    return f"{fence}{space}{one_line or '(empty)'}{space}{fence}"


def counted(count: int, thing: str) -> str:
    """Say how many: ``1 run``, ``1,260 runs``."""
    return f"{count:,} {thing}" + ("" if count == 1 else "s")


def slug(text: str) -> str:
    """A name for a file: ``share-of-the-data-set``."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
