"""What a fitted model says about configurations: time, interval, cost, and why."""

from __future__ import annotations
