"""From what a table says to runs of the contract: its headers, cells and rules, and all that is wrong at once."""

from __future__ import annotations
