"""The parts of python -m store."""

from __future__ import annotations
