"""Spark event logs of any version and codec: bytes in, one run of each application out."""

from __future__ import annotations
