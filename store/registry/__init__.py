"""The model registry: versions, their bytes and figures, and the names that point at them."""

from __future__ import annotations
