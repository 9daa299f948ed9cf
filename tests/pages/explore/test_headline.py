from __future__ import annotations

import pandas as pd

from pages.ui.explore.headline import interval_text

ANSWER = pd.Series(
    {"predicted_s": 100.0, "predicted_low_s": 50.0, "predicted_high_s": 200.0, "core_hours": 4.0, "cost_low": 1.0,
     "cost_high": 4.0}
)  # fmt: skip


def test_all_four_figures_have_their_interval():
    said = interval_text(ANSWER, 1000, "EUR")
    assert said.startswith("50 s to ")
    assert said.endswith("; 5 to 20 images a second, 2 to 8 core-hours")
    assert "images a second" not in interval_text(ANSWER, 0, "EUR"), "nobody knows how many images"
