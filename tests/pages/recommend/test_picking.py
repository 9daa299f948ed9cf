"""Which recommended configuration is looked at."""

from __future__ import annotations

from pages.ui.recommend.picking import CHEAPEST, FASTEST, NEAREST, PICKED, broken, offered
from perfmodel.recommendation.search import Goal, recommend


def test_the_best_are_offered_and_what_was_picked_as_long_as_it_is_on_the_front(assessed):
    found = recommend(assessed, Goal())
    assert list(offered(found, None)) == [CHEAPEST, FASTEST]
    assert offered(found, (2.0, 1.0, 1.0))[PICKED]["safe_cost"] == 1.5
    assert PICKED not in offered(found, (3.0, 1.0, 1.0))


def test_where_nothing_keeps_the_limits_the_nearest_is_offered(assessed):
    assert list(offered(recommend(assessed, Goal(deadline_s=10)), None)) == [NEAREST]


def test_a_pick_that_breaks_a_limit_says_which(assessed):
    row = assessed.iloc[1]  # 60 s, 1.50
    assert broken(Goal(60, 1.5), row, "USD") == broken(Goal(), row, "USD") == ""
    assert broken(Goal(50), row, "USD") == "takes longer than the deadline of 50 s"
    assert broken(Goal(50, 1.0), row, "USD").endswith("s and costs more than the budget of 1.00 USD")
