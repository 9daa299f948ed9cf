"""Amounts of money as people say them."""

from __future__ import annotations


def amount(value: float) -> str:
    """Say an amount to the cent, or to three digits where cents say nothing: ``1,234.50``, ``0.0457``."""
    return f"{value:,.2f}" if value >= 1 or value == 0 else f"{value:.3g}"
