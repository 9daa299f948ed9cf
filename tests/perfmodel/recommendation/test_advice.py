"""Which of several kinds of machine is advised."""

from __future__ import annotations

import pandas as pd
import pytest

from perfmodel.answers.cost import EXAMPLE_PRICE
from perfmodel.catalog import Champion
from perfmodel.errors import PerfmodelError
from perfmodel.model import ScenarioModel
from perfmodel.recommendation.advice import Advice, Request, best_of
from perfmodel.recommendation.search import Goal, Node, Space, recommend


def advice(name: str, seconds: float, cost: float, goal: Goal) -> Advice:
    """What machines of one kind would give: one configuration."""
    size = {"num_executors": [1], "executor_cores": [1], "executor_memory_gb": [1.0]}
    assessed = pd.DataFrame(size | {"safe_s": [seconds], "safe_cost": [cost]})
    space = Space([1], [1], [1.0], Node(name, 8, 32.0, 1.0))
    request = Request("resnet50", "here", 100.0, space, goal, EXAMPLE_PRICE)
    return Advice(request, recommend(assessed, goal), Champion(1, ScenarioModel()), "4-2")


@pytest.mark.parametrize(
    ("goal", "name"),
    [
        (Goal(), "late"),  # the cheapest
        (Goal(deadline_s=50), "cheap"),
        (Goal(deadline_s=50, budget=0.5), "cheap"),  # nearest: in time, and cheaper than the fast one
        (Goal(budget=0.5), "late"),
        (Goal(deadline_s=5), "fast"),  # nearest: nothing is in time
    ],
)
def test_the_nearest_is_the_cheapest_in_time_and_the_fastest_where_nothing_is(goal, name):
    advices = [advice("fast", 10, 9, goal), advice("cheap", 40, 2, goal), advice("late", 60, 1, goal)]
    assert best_of(advices).request.space.node.name == name


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf")])
def test_a_data_size_that_makes_no_sense_is_refused(rate):
    with pytest.raises(PerfmodelError, match="the sampling rate must be above zero"):
        Request("resnet50", "here", rate, Space([1], [1], [1.0]), Goal(), EXAMPLE_PRICE)
