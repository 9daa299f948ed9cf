"""What-ifs that a user went through: a pinned one to compare with, the history of the session, a link to each."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from pages.ui.shared.formats import money_text, time_text

# Widgets that make the screen, by key; each is bound to the query parameter of that name.
SCREEN = (
    "cluster", "application", "executors", "cores", "memory", "partition", "size_by", "rate", "images", "core_price",
    "gib_price", "currency", "scenario", "chart", "pin",
)  # fmt: skip
CONFIGURATION = ("executors", "cores", "memory", "partition", "size_by", "rate", "images")
LONGEST = 50
_HISTORY = "what_ifs"
_NUMBER = r"(\d+(?:\.\d+)?)"
_PIN = re.compile(rf"\s*{_NUMBER}\s*x\s*{_NUMBER},\s*{_NUMBER}\s*GiB,(?:\s*{_NUMBER}\s*images,)?\s*{_NUMBER}\s*%\s*")
_COLUMNS = ("num_executors", "executor_cores", "executor_memory_gb", "images_per_partition", "sampling_rate_pct")


def pin_text(chosen: pd.Series) -> str:
    """A configuration as a line that `read_pin` reads: ``3 x 8, 14 GiB, 60 images, 100 %``."""
    images = f" {chosen['images_per_partition']:g} images," if "images_per_partition" in chosen else ""
    size = f"{chosen['num_executors']:g} x {chosen['executor_cores']:g}, {chosen['executor_memory_gb']:g} GiB,"
    return f"{size}{images} {chosen['sampling_rate_pct']:g} %"


def read_pin(text: str) -> pd.Series | None:
    """The configuration of a line like `pin_text`'s; None when it is none, or has a zero."""
    found = _PIN.fullmatch(text)
    if found is None:
        return None
    values = {name: float(value) for name, value in zip(_COLUMNS, found.groups(), strict=True) if value is not None}
    return pd.Series(values) if min(values.values()) > 0 else None


def link(url: str, state: dict[str, Any]) -> str:
    """The address that reproduces the screen, from the widgets' values."""
    values = {key: state[key] for key in SCREEN if state.get(key) not in (None, "")}
    return f"{url.split('?')[0]}?{urlencode(values)}"


def note(pair: tuple[str, str], chosen: pd.Series, answer: pd.Series, scenario: str, currency: str) -> None:
    """Add an answer to the session's history of a pair, unless it is the last one again."""
    history = st.session_state.setdefault(_HISTORY, {}).setdefault(pair, [])
    entry = {
        "Configuration": pin_text(chosen),
        "Scenario": scenario,
        "Time": time_text(answer["predicted_s"]),
        "Cost": money_text(answer["cost"], currency),
        "widgets": {key: st.session_state[key] for key in CONFIGURATION if key in st.session_state},
    }
    if not history or history[-1] != entry:
        history.append(entry)
        del history[:-LONGEST]


def history_table(pair: tuple[str, str]) -> pd.DataFrame:
    """The history of an application and a cluster, the last one first; another pair's sliders have other limits."""
    return pd.DataFrame(_history(pair)[::-1]).drop(columns="widgets", errors="ignore")


def go_back(pair: tuple[str, str], position: int) -> None:
    """Set the sliders to an entry of `history_table`; for a callback."""
    entry = _history(pair)[::-1][position]
    for key, value in entry["widgets"].items():
        st.session_state[key] = value


def forget(pair: tuple[str, str]) -> None:
    """Empty the history; for a callback."""
    _history(pair).clear()


def _history(pair: tuple[str, str]) -> list[dict[str, Any]]:
    return st.session_state.get(_HISTORY, {}).get(pair, [])
