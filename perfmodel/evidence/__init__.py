"""What runs show before any model is fitted: causes, effects, executions, and the memory that was enough."""

from __future__ import annotations
