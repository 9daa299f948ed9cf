"""Searching the hyper-parameters of the CIFAR-10 network, a trial a Spark task."""

from __future__ import annotations
