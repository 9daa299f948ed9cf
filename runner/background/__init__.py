"""Campaigns that run beside their caller: asked for on a screen, started, watched from outside, stopped."""

from __future__ import annotations
