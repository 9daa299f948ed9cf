"""Which recommended configuration is looked at."""

from __future__ import annotations

from pages.ui.recommend.picking import CHEAPEST, FASTEST, NEAREST, PICKED, offered
from perfmodel.recommendation.search import Goal, recommend


def test_the_best_are_offered_and_what_was_picked_as_long_as_it_is_on_the_front(assessed):
    found = recommend(assessed, Goal())
    assert list(offered(found, None)) == [CHEAPEST, FASTEST]
    assert offered(found, (2.0, 1.0, 1.0))[PICKED]["safe_cost"] == 1.5
    assert PICKED not in offered(found, (3.0, 1.0, 1.0))


def test_where_nothing_keeps_the_limits_the_nearest_is_offered(assessed):
    assert list(offered(recommend(assessed, Goal(deadline_s=10)), None)) == [NEAREST]
