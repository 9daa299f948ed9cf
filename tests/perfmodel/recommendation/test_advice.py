"""Which of several kinds of machine is advised."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from perfmodel.answers.cost import EXAMPLE_PRICE, Price
from perfmodel.catalog import Champion
from perfmodel.errors import PerfmodelError
from perfmodel.model import ScenarioModel
from perfmodel.recommendation.advice import Advice, Request, Source, advise, best_of, order_of
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


@pytest.fixture(scope="module")
def champions():
    """The baseline on runs of 50 images a partition, at two sizes of an executor."""
    rows = [
        {"num_executors": e, "executor_cores": c, "executor_memory_gb": 1.0, "images_per_partition": 50,
         "sampling_rate_pct": rate, "completion_time_s": 10 + rate / (e * c)}
        for e in (1, 2, 3) for c in (1, 4) for rate in (10.0, 100.0)
    ]  # fmt: skip
    runs = pd.DataFrame(rows)
    return {"5": Champion(1, ScenarioModel("5").fit(runs, runs["completion_time_s"]))}


def history(*rows):
    """Runs of cores, images per partition, memory, status and regime."""
    names = ["executor_cores", "images_per_partition", "executor_memory_gb", "status", "memory_regime"]
    return pd.DataFrame(rows, columns=names).assign(origin="measured", num_executors=1)


def sizes(advice):
    front = advice.recommendation.front
    return set(zip(front["executor_cores"], front["executor_memory_gb"], strict=True))


def test_memory_that_ran_out_is_not_recommended_again(champions):
    asked = Request("a", "here", 100.0, Space([1], [1, 2, 4], [1.0]), Goal(), Price(1.0, 0.0))
    runs = history((1, 50, 1.0, "ok", "free"), (4, 50, 1.0, "oom", "free"))
    assert (4, 1.0) in sizes(advise(champions, asked))
    found = advise(champions, asked, runs)
    assert (4, 1.0) not in sizes(found)
    assert found.left_out == (
        "1 of 3 configurations are left out: executors ran out of memory with 1 GiB with 4 cores or more and "
        "partitions of 50 images or fewer"
    )
    assert found.images_per_partition == 50
    for other in ((4, 100, 1.0, "oom", "free"), (4, 50, 1.0, "oom", "process"), (4, 50, 1.0, "failed", "free")):
        assert not advise(champions, asked, history(other)).left_out
    nothing = replace(asked, space=replace(asked.space, cores=[4]))
    with pytest.raises(PerfmodelError, match=r"1 of 1 configurations are left out: .*; try more memory"):
        advise(champions, nothing, runs)


@pytest.mark.parametrize(
    ("regime", "heap", "beside"), [("free", 2.0, 2.375), ("process", 0.5, 1.5), ("heap", 2.0, 4.375)]
)
def test_an_order_asks_for_what_was_measured(champions, regime, heap, beside):
    space = Space([1], [1], [2.0], Node("example-8x32", 8, 32.0, 1.0), None, 2.0, regime)
    found = advise(champions, Request("a", "here", 100.0, space, Goal(), EXAMPLE_PRICE))
    order = order_of(found, found.recommendation.cheapest, Source("m v1", "ab", "12 measured runs"), "2026-11-20")
    assert (order.heap_gb, order.overhead_gb, order.memory_regime) == (heap, beside, regime)
    assert found.recommendation.cheapest["granted_gb"] == heap + beside
    assert order.images_per_partition == 50
    assert order.node_type == ""  # an example of the price table, no cloud knows it


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf")])
def test_a_data_size_that_makes_no_sense_is_refused(rate):
    with pytest.raises(PerfmodelError, match="the sampling rate must be above zero"):
        Request("resnet50", "here", rate, Space([1], [1], [1.0]), Goal(), EXAMPLE_PRICE)
