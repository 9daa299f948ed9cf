"""Files that people bring: what was taken from each, and how it is undone."""

from __future__ import annotations
