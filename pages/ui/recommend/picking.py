"""Which of the recommended configurations is looked at: the best by one measure, or one that the user picked."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from pages.ui.shared.formats import money_text, time_text
from perfmodel.recommendation.search import Goal, Recommendation

CHEAPEST, FASTEST, NEAREST, PICKED = "Cheapest in time", "Fastest in budget", "Nearest", "Picked below"
FRONT_CHART, FRONT_TABLE = "time-against-cost", "front_table"
_SHOWN, _PICK = "configuration", "picked_configuration"
_SIZE = ["num_executors", "executor_cores", "executor_memory_gb"]


def offered(found: Recommendation, pick: tuple[float, ...] | None) -> dict[str, pd.Series]:
    """The configurations to choose from, by what is said of them.

    Parameters
    ----------
    found : Recommendation
    pick : tuple of float or None
        Executors, cores and memory (GiB) of what was picked before; left out once nothing of the front is like it.
    """
    named = {CHEAPEST: found.cheapest, FASTEST: found.fastest, NEAREST: found.nearest}
    rows = {label: row for label, row in named.items() if row is not None}
    if pick is not None:
        alike = found.front[(found.front[_SIZE] == list(pick)).all(axis=1)]
        rows |= {PICKED: alike.iloc[0]} if len(alike) else {}
    return rows


def choose(found: Recommendation) -> pd.Series:
    """Let the user choose; returns what is chosen."""
    rows = offered(found, st.session_state.get(_PICK))
    if st.session_state.get(_SHOWN) not in rows:
        st.session_state[_SHOWN] = next(iter(rows))
    return rows[st.segmented_control("Configuration", list(rows), required=True, key=_SHOWN, wrap=True)]


def broken(goal: Goal, row: pd.Series, currency: str) -> str:
    """Which limits a configuration does not keep, in words; empty when it keeps all."""
    said = []
    if goal.deadline_s is not None and row["safe_s"] > goal.deadline_s:
        said.append(f"takes longer than the deadline of {time_text(goal.deadline_s)}")
    if goal.budget is not None and row["safe_cost"] > goal.budget:
        said.append(f"costs more than the budget of {money_text(goal.budget, currency)}")
    return " and ".join(said)


def take(front: pd.DataFrame, widget: str) -> None:
    """Pick what was selected in the chart or the table of the front; for a callback."""
    selection: Mapping[str, list] = st.session_state[widget]["selection"]
    points = [point["point_index"] for point in selection.get("points", []) if not point["curve_number"]]
    positions = selection.get("rows") or points
    if positions:
        st.session_state[_PICK] = tuple(float(front[column].iloc[positions[0]]) for column in _SIZE)
        st.session_state[_SHOWN] = PICKED
