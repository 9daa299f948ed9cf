"""Where data come from, said on every screen that shows them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.ui.shared.text import code, literal
from perfmodel.paper.published import CITATION
from perfmodel.report.explanations import generated_images, kinds_of_training

_BADGES = {
    "measured": (":material/check_circle:", "green", "Measured runs", "Run on real Spark executors."),
    "uploaded": (":material/upload:", "blue", "Uploaded runs", "Imported from run logs."),
    "reconstructed": (
        ":material/history_edu:", "orange", "Reconstructed runs",
        f"Not measured: rebuilt from the tables published in {CITATION}.",
    ),
    "simulated": (":material/science:", "violet", "Simulated runs", "Not measured: made by a simulation."),
}  # fmt: skip


def show(runs: pd.DataFrame) -> None:
    """A badge and a sentence for each origin among ``runs``; one on generated images, one on the kind of training."""
    show_counts(runs["origin"].value_counts())
    show_generated(generated_images(runs))
    kinds = kinds_of_training(runs)
    if len(kinds) == 1:
        st.caption(f"Each is a training with {literal(kinds[0])}.")


def show_generated(names: Sequence[str]) -> None:
    """A sentence about the image sets that the runner made itself, if there are any."""
    if names:
        st.caption(f"The images were generated: {code(', '.join(names))}.")


def show_counts(counts: pd.Series) -> None:
    """A badge and a sentence for each origin; ``counts`` has the number of runs by origin."""
    for origin, count in counts.items():
        icon, color, label, text = _BADGES[origin]
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(f"{label}: {count:,}", icon=icon, color=color)
            st.caption(text)
