"""Fits as pieces of work: one after the other, on all cores of a machine, or on the executors of a cluster."""

from __future__ import annotations
