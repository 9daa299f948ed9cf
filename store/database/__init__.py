"""The one DuckDB file: opened by one process at a time, migrated, snapshotted, and recovered."""

from __future__ import annotations
