"""What the chart of time against cost shows."""

from __future__ import annotations

import pandas as pd
import pytest

from pages.ui.recommend.tradeoff import Front, front_figure, front_table, front_text


@pytest.fixture
def front():
    rows = pd.DataFrame(
        {
            "num_executors": [4, 1], "executor_cores": [2, 2], "executor_memory_gb": [8.0, 4.0],
            "safe_s": [3_600.0, 10_800.0], "safe_cost": [3.0, 1.5],
        }
    )  # fmt: skip
    return Front(rows, rows.iloc[0], 7_200.0, 2.0, "EUR")


def test_the_figure_draws_the_front_the_pick_and_both_limits(front):
    figure = front_figure(front)
    line, pick = figure.data
    assert list(line.x) == [1.0, 3.0]
    assert list(line.y) == [3.0, 1.5]
    assert (pick.x[0], pick.y[0]) == (1.0, 3.0)
    assert figure.layout.shapes[0].x0 == 2.0
    assert figure.layout.shapes[1].y0 == 2.0
    assert figure.layout.xaxis.title.text == "Time to count on (hours)"
    assert figure.layout.yaxis.title.text == "Cost (EUR)"


def test_without_limits_none_is_drawn(front):
    assert not front_figure(front._replace(deadline_s=None, budget=None)).layout.shapes


def test_the_text_and_the_table_say_the_same_in_words(front):
    assert front_text(front).endswith("from 1 h at 3.00 EUR to 3 h at 1.50 EUR.")
    assert front_table(front)["Time to count on"].tolist() == ["1 h", "3 h"]
