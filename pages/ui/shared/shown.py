"""Every chart, table and big figure of the app.

Charts and tables say what they show to those who do not see them, and can be taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.ui.shared.text import literal
from store.spreadsheet import typed_csv

# Coordinates of a trace, in the order of the columns of the file.
_PARTS = ("x", "y", "base", "text")
_GAP = 16  # pixels between two cards


class Card(NamedTuple):
    """A figure in a box: what it is, how much, and how far from a baseline (good or bad by ``sense``)."""

    label: str
    value: str
    delta: str | None = None
    sense: Literal["normal", "inverse"] = "normal"


def cards(figures: Sequence[Card], width: int) -> None:
    """Draw four figures in a row, in two rows, or below each other, whichever leaves each ``width`` pixels."""
    with st.grid(2, min_column_width=2 * width + _GAP):
        for first in range(0, len(figures), 2):
            with st.grid(2, min_column_width=width):
                for card in figures[first : first + 2]:
                    st.metric(card.label, card.value, card.delta, delta_color=card.sense, border=True)


def chart(figure: go.Figure, file: str, *, alt: str, data: pd.DataFrame | None = None, **options: Any) -> None:
    """Draw a chart over the width; its tools save the picture, the button below saves what it is drawn from.

    Parameters
    ----------
    figure : Figure
    file : str
        Name of both files, without a suffix; also the key, so once a page.
    alt : str
        What the chart says, for those who do not see it.
    data : DataFrame, optional
        What to save, where the points of the figure would not tell.
    **options
        As of `streamlit.plotly_chart`.
    """
    picture = {"displaylogo": False, "toImageButtonOptions": {"filename": file, "scale": 2}}
    st.plotly_chart(figure, width="stretch", alt=alt, config=picture, key=f"chart_{file}", **options)
    offer(lambda: figure_data(figure) if data is None else data, file)


def table(frame: pd.DataFrame, file: str, *, alt: str, saved: pd.DataFrame | None = None, **options: Any) -> Any:
    """Draw a table, and a button that saves it; returns what is selected.

    Parameters
    ----------
    frame : DataFrame
    file : str
        Name of the file, without its suffix; once a page.
    alt : str
        What the table holds, for those who do not see it.
    saved : DataFrame, optional
        What to save, where that is not what is shown.
    **options
        As of `streamlit.dataframe`.
    """
    event = st.dataframe(frame, hide_index=True, alt=alt, **options)
    offer(lambda: frame if saved is None else saved, file)
    return event


def facts(values: Mapping[str, str], file: str) -> None:
    """Draw texts by name, each in full, and a button that saves them."""
    st.table({literal(name): literal(value) for name, value in values.items()}, border="horizontal")
    offer(lambda: pd.DataFrame(values.items(), columns=["name", "value"]), file)


def offer(make: Callable[[], pd.DataFrame], file: str) -> None:
    """A small button that saves a frame as CSV, in which no cell becomes a formula; nothing is made before a click."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.download_button(
            f"{file}.csv", lambda: typed_csv(make()), f"{file}.csv", "text/csv", key=f"save_{file}", type="tertiary",
            icon=":material/download:", on_click="ignore", help="Save these figures as CSV.",
        )  # fmt: skip


def figure_data(figure: go.Figure) -> pd.DataFrame:
    """The points of a figure, a row each: the name of their trace, their coordinates, what is said of them.

    A trace whose name in the legend says too little here has the whole of it in ``meta``.
    """
    axes = {"x": figure.layout.xaxis.title.text or "x", "y": figure.layout.yaxis.title.text or "y"}
    if axes["x"] == axes["y"]:
        axes = {part: f"{title} ({part})" for part, title in axes.items()}
    parts = [_points(trace) for trace in figure.data]
    return pd.concat(parts, ignore_index=True).rename(columns=axes) if parts else pd.DataFrame()


def _points(trace: Any) -> pd.DataFrame:
    known = {part: getattr(trace, part, None) for part in _PARTS}
    columns = {part: list(values) for part, values in known.items() if values is not None and not _is_one(values)}
    return pd.DataFrame({"series": trace.meta or trace.name or "", **columns})


def _is_one(values: Any) -> bool:
    """Whether a value stands for all points, or for none."""
    return isinstance(values, str | int | float) or not len(values)
