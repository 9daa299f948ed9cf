"""What all charts share: colours, a logarithmic axis, the unit of a time axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

# Blue and orange of the theme in .streamlit/config.toml, both readable on light and dark.
LINE = "#2C8FBF"
BAND = "rgba(44, 143, 191, 0.18)"
POINT = "#D9822B"
OTHER = "#8A949B"
LIMIT: dict[str, Any] = {"line_dash": "dash", "line_color": OTHER}  # of lines across a chart
# Layout of a chart: little margin, the legend above.
FRAME: dict[str, Any] = {
    "margin": {"l": 10, "r": 10, "t": 30, "b": 10},
    "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
}

_TIME_UNITS = ((86_400 * 2, 86_400, "days"), (7_200, 3_600, "hours"), (120, 60, "minutes"), (0, 1, "seconds"))


def patterned(shape: str) -> dict[str, Any]:
    """The marker of bars with a pattern of plotly's, so that colour alone tells none apart; none for an empty one."""
    return {"pattern": {"shape": shape, "fgcolor": "white", "fillmode": "overlay"}}


def spread(values: Sequence[int], most: int) -> list[int]:
    """At most so many of these values, two or more, evenly from the first to the last."""
    if len(values) <= most:
        return list(values)
    return sorted({values[round(i * (len(values) - 1) / (most - 1))] for i in range(most)})


def log_axis(title: str, low: float, high: float) -> dict[str, Any]:
    """A logarithmic axis from ``low`` to ``high``, both above zero, with its ticks written out."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1, 2, 5) if last - first <= 3 else (1,)
    values = [*(step * 10.0**decade for decade in range(first, last) for step in steps), 10.0**last]
    return {"title": title, "type": "log", "tickvals": values, "ticktext": [f"{value:g}" for value in values]}


def time_unit(longest: float) -> tuple[float, str]:
    """Seconds in, and name of, the unit in which an axis up to `longest` seconds reads best."""
    return next((size, unit) for least, size, unit in _TIME_UNITS if longest >= least)
