"""Tables that people upload: CSV, Parquet, JSON lines and Excel files in, rows of text for SQL out."""

from __future__ import annotations
