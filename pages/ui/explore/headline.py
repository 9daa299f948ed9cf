"""The big numbers of an answer, beside those of a baseline."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from pages.ui.shared import formats
from pages.ui.shared.formats import amount_text, number_text, time_text


def show(answer: pd.Series, baseline: pd.Series | None, images: float, baseline_images: float, currency: str) -> None:
    """Time, cost, images a second and core-hours; with a baseline also how far each is from it.

    Parameters
    ----------
    answer, baseline : Series
        Rows of `perfmodel.answers.prediction.answer`.
    images, baseline_images : float
        Images that each processes; 0 where the run logs do not say.
    currency : str
    """
    base = answer if baseline is None else baseline
    rate, base_rate = images / answer["predicted_s"], baseline_images / base["predicted_s"]
    with st.grid(4, min_column_width=170):
        _metric("Predicted time", time_text, answer["predicted_s"], base["predicted_s"], "inverse")
        _metric(f"Cost ({currency})", amount_text, answer["cost"], base["cost"], "inverse")
        shown = formats.rate_text(images, answer["predicted_s"])
        _metric("Images a second", number_text, rate, base_rate, "normal", shown)
        _metric("Core-hours", number_text, answer["core_hours"], base["core_hours"], "inverse")


def _metric(
    label: str, say: Callable[[float], str], value: float, base: float, color: str, shown: str | None = None
) -> None:
    delta = None if value == base else formats.difference_text(value, base, say(abs(value - base)))
    st.metric(label, shown or say(value), delta, delta_color=color, border=True)
