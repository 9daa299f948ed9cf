"""Numbers that are written with a unit, and what somebody probably meant by a cell that is no number."""

from __future__ import annotations

import re

from store.runlog import Column

_NUMBER = r"(\d+(?:\.\d+)?)"
_GIB = {"k": 2.0**-20, "m": 2.0**-10, "g": 1.0, "t": 2.0**10}
_SECONDS = {
    "ms": 0.001,
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
}  # fmt: skip


def with_unit(column: Column, cell: str) -> float | None:
    """Read a number whose unit is written beside it, such as 8192m or 12 min, in the column's unit.

    None when there is no unit, or one that the column does not know.
    """
    readings = (reader(column, cell.strip().lower()) for reader in (_memory, _duration, _clock, _percent))
    return next((value for value in readings if value is not None), None)


def instead(column: Column, cell: str) -> str:
    """Say what to write instead of `cell`, or "" when that is anybody's guess."""
    for reader in (_thousands, _comma, _trailing_word):
        value = reader(column, cell.strip().lower())
        if value is not None:
            return f"; write {value:.10g}"
    return ""


def _memory(column: Column, cell: str) -> float | None:
    found = re.fullmatch(_NUMBER + r"\s*([kmgt])(?:i?b)?", cell)
    if column.unit != "GiB" or found is None:
        return None
    return float(found[1]) * _GIB[found[2]]


def _duration(column: Column, cell: str) -> float | None:
    found = re.fullmatch(_NUMBER + r"\s*([a-z]+)\.?", cell)
    if column.unit != "s" or found is None or found[2] not in _SECONDS:
        return None
    return float(found[1]) * _SECONDS[found[2]]


def _clock(column: Column, cell: str) -> float | None:
    found = re.fullmatch(r"(\d+):([0-5]?\d):([0-5]?\d(?:\.\d+)?)", cell)
    if column.unit != "s" or found is None:
        return None
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])


def _percent(column: Column, cell: str) -> float | None:
    found = re.fullmatch(_NUMBER + r"\s*%", cell)
    return None if column.unit != "percent" or found is None else float(found[1])


def _thousands(column: Column, cell: str) -> float | None:
    """Read 10,000 in an integer column, and 1,234.5 or 1.234,5 anywhere; 1,500 may as well be one and a half."""
    if re.fullmatch(r"\d{1,3}(,\d{3})+\.\d+", cell):
        return float(cell.replace(",", ""))
    if re.fullmatch(r"\d{1,3}(\.\d{3})+,\d+", cell):
        return float(cell.replace(".", "").replace(",", "."))
    found = re.fullmatch(r"\d{1,3}(,\d{3})+", cell)
    return None if column.type != "integer" or found is None else float(cell.replace(",", ""))


def _comma(column: Column, cell: str) -> float | None:
    found = re.fullmatch(r"\d+,\d+", cell)
    return None if column.type != "float" or found is None else float(cell.replace(",", "."))


def _trailing_word(column: Column, cell: str) -> float | None:
    """Read "4 cores"; a unit that is not this column's own may need more than dropping it."""
    found = re.fullmatch(r"(\d+)\s+[a-z]{3,}", cell)
    return None if column.type != "integer" or found is None else float(found[1])
