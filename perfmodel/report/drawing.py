"""Charts of a report: rows of lanes with marks on one axis, drawn as SVG and, for a terminal, in text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal, NamedTuple

Shape = Literal["bar", "circle", "diamond", "tick"]

# SVG units; the text is 12 units high.
_LEFT, _AXIS, _WIDTH = 62, 206, 414
_LANE, _GAP, _TOP = 15, 8, 6
_CHARACTERS = 40  # of the axis in text
_LETTER = {"circle": "o", "diamond": "d", "tick": "|"}


class Mark(NamedTuple):
    """A value and how it is drawn: a bar from the axis' start, or a point."""

    value: float
    shape: Shape = "bar"


class Lane(NamedTuple):
    """One line of a row: its marks, what is written beside them, and a colour of the page's style."""

    text: str
    color: str
    marks: tuple[Mark, ...]


class Axis(NamedTuple):
    """From ``low`` to ``high``, in proportion or logarithmic, with ticks (value, text)."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    is_log: bool = False

    def share(self, value: float) -> float:
        """Where a value lies, 0 to 1; what lies outside is drawn at the end."""
        low, high, value = (math.log(x) for x in (self.low, self.high, value)) if self.is_log else (*self[:2], value)
        return min(max((value - low) / (high - low), 0.0), 1.0)


@dataclass(frozen=True)
class Chart:
    """Named rows of lanes on one axis.

    Attributes
    ----------
    title : str
    axis : Axis
    rows : sequence of (str, sequence of Lane)
    """

    title: str
    axis: Axis
    rows: Sequence[tuple[str, Sequence[Lane]]]


def svg(chart: Chart) -> str:
    """The chart as an SVG element as wide as its surroundings; colours are the page's."""
    drawn, y = [], float(_TOP)
    for name, lanes in chart.rows:
        drawn.append(f"<text x='0' y='{y + 11}'>{escape(name)}</text>")
        for lane in lanes:
            drawn.append(_lane(chart.axis, lane, y))
            y += _LANE
        y += _GAP
    grid = "".join(_tick(chart.axis.share(value), text, y) for value, text in chart.axis.ticks)
    return (
        f"<svg viewBox='0 0 {_WIDTH} {y + 16:g}' role='img' aria-label='{escape(chart.title)}'>"
        f"{grid}{''.join(drawn)}</svg>"
    )


def _tick(share: float, text: str, bottom: float) -> str:
    x = _LEFT + _AXIS * share
    return (
        f"<line class='grid' x1='{x:.1f}' x2='{x:.1f}' y1='0' y2='{bottom - 4:g}'/>"
        f"<text class='tick' x='{x:.1f}' y='{bottom + 10:g}'>{escape(text)}</text>"
    )


def _lane(axis: Axis, lane: Lane, y: float) -> str:
    marks = "".join(_mark(mark.shape, _AXIS * axis.share(mark.value), y + 6.5) for mark in lane.marks)
    text = f"<text class='value' x='{_LEFT + _AXIS + 8}' y='{y + 11}'>{escape(lane.text)}</text>"
    return f"<g style='--mark: var(--{lane.color})'>{marks}{text}</g>"


def _mark(shape: Shape, length: float, y: float) -> str:
    x = _LEFT + length
    if shape == "bar":
        return f"<rect class='mark' x='{_LEFT}' y='{y - 5:g}' width='{length:.1f}' height='10'/>"
    if shape == "circle":
        return f"<circle class='mark' cx='{x:.1f}' cy='{y:g}' r='4.5'/>"
    if shape == "diamond":
        return f"<path class='mark' d='M{x:.1f} {y - 5.5:g}l5.5 5.5l-5.5 5.5l-5.5 -5.5z'/>"
    return f"<rect class='mark' x='{x - 1.5:.1f}' y='{y - 6.5:g}' width='3' height='13'/>"


def text(chart: Chart) -> str:
    """The chart in characters, a line a lane."""
    lines = []
    width = max(len(name) for name, _ in chart.rows)
    for name, lanes in chart.rows:
        names = [name, *([""] * (len(lanes) - 1))]
        lines += [
            f"{n:{width}} {_characters(chart.axis, lane)} {lane.text}" for n, lane in zip(names, lanes, strict=True)
        ]
    return "\n".join(lines)


def _characters(axis: Axis, lane: Lane) -> str:
    cells = [" "] * _CHARACTERS
    for mark in lane.marks:
        end = round(axis.share(mark.value) * _CHARACTERS)
        if mark.shape == "bar":
            cells[:end] = "█" * end
        else:
            cells[max(end - 1, 0)] = _LETTER[mark.shape]
    return "".join(cells)
