"""Times as people say them."""

from __future__ import annotations

import itertools
import re

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_SECONDS = {"": 1, "m": 60} | dict(_UNITS)
_PART = r"(\d+(?:\.\d+)?)\s*(d|h|min|m|s|)"


def duration(seconds: float) -> str:
    """Say a time in its two largest units: ``3 h 12 min``, ``45 s``, ``2.4 s`` below ten seconds.

    Parameters
    ----------
    seconds : float
        Zero or more.
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for (unit, size), (smaller, part) in itertools.pairwise(_UNITS):
        if whole >= size:
            rest = round((whole % size) / part)
            # 59.6 min is said as the next hour
            large, rest = (whole // size + 1, 0) if rest == size // part else (whole // size, rest)
            return f"{large} {unit} {rest} {smaller}" if rest else f"{large} {unit}"
    return f"{whole} s"


def seconds_of(text: str) -> float:
    """Read a time in seconds from text like ``90``, ``45s``, ``10m``, ``1.5h`` or ``3 h 12 min``.

    Raises
    ------
    ValueError
        When the text is no time.
    """
    lowered = text.strip().lower()
    parts = re.findall(_PART, lowered)
    if not re.fullmatch(rf"(?:{_PART}\s*)+", lowered) or ("" in {unit for _, unit in parts} and len(parts) > 1):
        raise ValueError(f"{text!r} is no time; write it like 90s, 10m, 1.5h or 3 h 12 min")
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
