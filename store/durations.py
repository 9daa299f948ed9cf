"""Times as people say them."""

from __future__ import annotations

import itertools

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


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
