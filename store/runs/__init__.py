"""The runs with their tasks and executors: on their way in, kept, selected, and compacted."""

from __future__ import annotations
