"""Which recommended configuration is looked at."""

from __future__ import annotations

import pandas as pd
import pytest

from pages.ui.recommend.picking import CHEAPEST, FASTEST, NEAREST, PICKED, offered
from perfmodel.recommendation.search import Goal, recommend


@pytest.fixture
def assessed():
    rows = [(1, 100.0, 1.0), (2, 60.0, 1.5), (4, 40.0, 3.0)]
    return pd.DataFrame(
        [
            {"num_executors": e, "executor_cores": 1, "executor_memory_gb": 1.0, "safe_s": s, "safe_cost": c}
            for e, s, c in rows
        ]
    )


def test_the_best_are_offered_and_what_was_picked_as_long_as_it_is_on_the_front(assessed):
    found = recommend(assessed, Goal())
    assert list(offered(found, None)) == [CHEAPEST, FASTEST]
    assert offered(found, (2.0, 1.0, 1.0))[PICKED]["safe_cost"] == 1.5
    assert PICKED not in offered(found, (3.0, 1.0, 1.0))


def test_where_nothing_keeps_the_limits_the_nearest_is_offered(assessed):
    assert list(offered(recommend(assessed, Goal(deadline_s=10)), None)) == [NEAREST]
