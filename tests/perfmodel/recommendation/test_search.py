"""The recommender against brute force, and what it says when nothing fits."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from perfmodel.answers.cost import Price
from perfmodel.errors import PerfmodelError
from perfmodel.model import ScenarioModel
from perfmodel.recommendation.search import (
    PYTHON_WORKER_GB,
    Goal,
    Node,
    Space,
    assess,
    candidates,
    default_space,
    granted_gb,
    pareto_front,
    recommend,
)
from perfmodel.scenarios import SCENARIOS
from store.memory import FREE, HEAP, PROCESS

PRICE = Price(per_core_hour=0.1, per_gib_hour=0.01)
SIZE = ["num_executors", "executor_cores", "executor_memory_gb"]


@pytest.fixture(scope="module", params=list(SCENARIOS))
def model(request, grid_runs_of_module):
    techniques = ("lasso", "ridge")
    return ScenarioModel(request.param, techniques).fit(grid_runs_of_module, grid_runs_of_module["completion_time_s"])


@pytest.fixture(scope="module")
def grid_runs_of_module():
    """Start-up that stays and work that shrinks with the cluster, three runs' worth of noise-free data."""
    rows = [
        {"num_executors": e, "executor_cores": c, "executor_memory_gb": 2.0, "images_per_partition": 20,
         "sampling_rate_pct": rate, "completion_time_s": 20 + 60 * rate / (e * c**0.8)}
        for e, c, rate in itertools.product((1, 2, 3), (1, 2, 4), (1.0, 5.0, 100.0))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def taken_gb(space, cores, memory):
    """What an executor takes in the regime that is usual, in plain arithmetic, in whole MiB."""
    return memory + max(int(memory * 1024) // 10, 384) / 1024 + space.python_gb_per_core * cores


def machines_for(space, executors, cores, memory):
    """How many machines the executors take, in plain arithmetic; 0 without machines, None where they do not fit."""
    if space.node is None:
        return 0
    taken = taken_gb(space, cores, memory)
    held = min(space.node.cores // cores, math.floor(space.node.memory_gb / taken))
    nodes = math.ceil(executors / held) if held else math.inf
    return nodes if nodes <= (space.most_nodes or 10**9) else None


def brute_force(model, space, goal):
    """All candidates with an answer: seconds, cost, size; one at a time."""
    rows = []
    for executors, cores, memory in itertools.product(space.executors, space.cores, space.memory_gb):
        nodes = machines_for(space, executors, cores, memory)
        if nodes is None:
            continue
        one = pd.DataFrame([dict(zip(SIZE, (executors, cores, memory), strict=True))]).assign(sampling_rate_pct=100.0)
        level = 2 * goal.sure - 1
        seconds = float(model.predict_interval(one, level)[1][0] if level else model.predict(one)[0])
        by_size = executors * (cores * PRICE.per_core_hour + taken_gb(space, cores, memory) * PRICE.per_gib_hour)
        an_hour = by_size if space.node is None else nodes * space.node.price_per_hour
        if math.isfinite(seconds):
            rows.append((seconds, an_hour * seconds / 3600, executors, cores, memory))
    return rows


def best_of(rows, goal):
    """The cheapest, the fastest and, where nothing keeps the limits, the nearest of these rows."""
    deadline, budget = goal.deadline_s or math.inf, goal.budget or math.inf

    def fastest(some):
        return min(some, key=lambda row: (row[0], row[1], *row[2:]), default=None)

    def cheapest(some):
        return min(some, key=lambda row: (row[1], row[0], *row[2:]), default=None)

    in_time = [row for row in rows if row[0] <= deadline]
    kept = [row for row in in_time if row[1] <= budget]
    nearest = None if kept else cheapest(in_time) or fastest(rows)
    return cheapest(kept), fastest(kept), nearest


def test_the_recommendation_is_that_of_brute_force_on_random_grids(model):
    generator = np.random.default_rng(7)
    outcomes = set()
    for _ in range(16):
        node = generator.choice([None, Node("m", cores=8, memory_gb=16, price_per_hour=2.0)])
        space = Space(
            sorted(generator.choice(6, 3, replace=False) + 1),
            sorted(generator.choice(6, 2, replace=False) + 1),
            sorted(generator.choice([1.0, 2.0, 4.0], 2, replace=False)),
            node,
            most_nodes=generator.choice([None, 2, 4]) if node else None,
            python_gb_per_core=generator.choice([0.0, 0.5]),
        )
        goal = Goal(
            deadline_s=generator.choice([None, 800.0, 2500.0]),
            budget=generator.choice([None, 0.2, 0.5]),
            sure=generator.choice([0.5, 0.8]),
        )
        rows = brute_force(model, space, goal)
        try:
            found = recommend(assess(model, candidates(space), 100, PRICE, node, goal.sure), goal)
        except PerfmodelError:
            assert not rows
            continue
        expected = best_of(rows, goal)
        outcomes.add("infeasible" if expected[2] else "feasible")
        for mine, wanted in zip((found.cheapest, found.fastest, found.nearest), expected, strict=True):
            assert (mine is None) == (wanted is None)
            if mine is not None:
                assert tuple(mine[SIZE]) == pytest.approx(wanted[2:])
                assert (mine["safe_s"], mine["safe_cost"]) == pytest.approx(wanted[:2])
        assert bool(found.advice) == (found.nearest is not None)
    assert outcomes in ({"feasible", "infeasible"}, set()), "the grids must show both"


def test_the_front_holds_exactly_what_nothing_beats():
    generator = np.random.default_rng(0)
    seconds, costs = generator.integers(1, 20, (2, 200)).astype(float)
    rows = pd.DataFrame({"safe_s": seconds, "safe_cost": costs, **dict.fromkeys(SIZE, 1)})
    points = set(zip(seconds, costs, strict=True))
    best = {
        (s, c) for s, c in points if not any(t <= s and d <= c and (t, d) != (s, c) for t, d in points)
    }  # fmt: skip
    front = pareto_front(rows)
    assert set(zip(front["safe_s"], front["safe_cost"], strict=True)) == best
    assert len(front) == len(best)
    assert front["safe_s"].is_monotonic_increasing


def test_without_limits_both_ends_of_the_front_are_offered(assessed):
    found = recommend(assessed, Goal())
    assert found.cheapest["num_executors"] == 1
    assert found.fastest["num_executors"] == 4
    assert len(found.front) == 3


@pytest.mark.parametrize(
    ("goal", "executors", "words"),
    [
        (Goal(deadline_s=30), 4, "the fastest takes 40 s and costs 3.00"),
        (Goal(deadline_s=30, budget=2), 4, "costs 3.00, above the budget; allow more time and a larger budget"),
        (Goal(deadline_s=30, budget=3), 4, "costs 3.00; allow more time, or a larger cluster"),
        (Goal(budget=0.5), 1, "in time, the cheapest costs 1.00"),
        (Goal(deadline_s=50, budget=2), 4, "the cheapest costs 3.00; within the budget, the fastest takes 1 min"),
    ],
)
def test_when_nothing_fits_it_says_what_would(assessed, goal, executors, words):
    found = recommend(assessed, goal)
    assert found.cheapest is None
    assert found.fastest is None
    assert found.nearest["num_executors"] == executors
    assert words in found.advice


def test_being_more_sure_takes_longer_and_costs_more(paper_model):
    space = candidates(Space([2], [4], [8.0]))
    times = [assess(paper_model, space, 100, PRICE, sure=sure)["safe_s"][0] for sure in (0.5, 0.8, 0.95)]
    assert times == sorted(times)
    assert times[0] < times[2]


def test_executors_are_packed_on_machines_with_their_overhead():
    node = Node("m", cores=8, memory_gb=16, price_per_hour=2.0)
    found = candidates(Space([1, 3, 4], [4], [4.0], node, python_gb_per_core=0.5))
    # 4 GiB heap, 0.4 overhead and 4 x 0.5 for Python are 6.4 GiB: two fit by memory, and two by cores
    assert found["nodes"].tolist() == [1, 2, 2]
    assert candidates(Space([4], [4], [10.0], node))["nodes"].tolist() == [4]


@pytest.mark.parametrize("regime", [FREE, PROCESS, HEAP])
def test_an_executor_is_granted_what_the_runner_asks_for(regime):
    space = Space([1], [4], [4.0], python_gb_per_core=PYTHON_WORKER_GB, memory_regime=regime)
    heap, beside = granted_gb(space, 4.0, 4)
    # as tests/runner/clusters/test_resources.py has it
    expected = {FREE: (4096, 409 + 4 * 2048), PROCESS: (512, 3584), HEAP: (4096, 409 + 8 * 2048)}
    assert (heap * 1024, beside * 1024) == expected[regime]
    assert candidates(space)["granted_gb"].tolist() == [heap + beside]


@pytest.mark.parametrize(("profiled", "most"), [(3, 6), (60_000, 100_000)])
def test_the_usual_space_is_what_was_profiled_with_its_largest_memory(profiled, most):
    sizes = {"num_executors": [1, profiled, 1], "executor_cores": [1, 2, 2], "executor_memory_gb": [2.0, 4.0, 16.0]}
    settings = [{"memory_regime": PROCESS}, {"memory_regime": PROCESS}, {"memory_regime": FREE}]
    space = default_space(pd.DataFrame(sizes).assign(settings=settings))
    assert (space.executors[-1], list(space.cores), space.memory_gb) == (most, [1, 2], [4.0])
    assert space.memory_regime == PROCESS


def test_machines_are_paid_as_a_whole(paper_model):
    node = Node("m", cores=16, memory_gb=64, price_per_hour=3.0)
    row = assess(paper_model, candidates(Space([3], [8], [8.0], node)), 100, PRICE, node).iloc[0]
    assert row["cost"] == pytest.approx(2 * 3.0 * row["predicted_s"] / 3600)


@pytest.mark.parametrize(
    ("space", "words"),
    [
        (Space([], [1], [1.0]), "0 configurations to search"),
        (Space(range(1, 2000), range(1, 1000), [1.0]), "at most 1,000,000"),
        (Space([1], [16], [1.0], Node("small", 8, 16)), "no executor of the search fits a small"),
        (Space([4], [8], [1.0], Node("small", 8, 16), most_nodes=2), "takes 4 machines of small, and 2 are allowed"),
        (Space([1], [16], [1.0], Node("", 8, 16)), "no executor of the search fits a machine"),
        (Space([4], [8], [1.0], Node("", 8, 16), most_nodes=2), "takes 4 machines, and 2 are allowed"),
        (Space([0, 1], [1], [1.0]), "executors to try must be above zero, not 0"),
        (Space([1], [-2], [1.0]), "cores an executor to try must be above zero, not -2"),
        (Space([1], [1], [8.0, -4.0]), "executor memory to try must be above zero, not -4"),
        (Space([1], [1], [float("nan")]), "executor memory to try must be above zero, not nan"),
        (
            Space([1], [1], [0.875], memory_regime="process"),
            "executor memory to try must be above 0.875 GiB, not 0.875",
        ),
    ],
)
def test_a_space_that_holds_nothing_says_why(space, words):
    with pytest.raises(PerfmodelError, match=words):
        candidates(space)


@pytest.mark.parametrize("values", [{"deadline_s": 0}, {"budget": -1}, {"sure": 1.0}, {"sure": 0.2}])
def test_a_goal_that_makes_no_sense_is_refused(values):
    with pytest.raises(PerfmodelError):
        Goal(**values)


@pytest.mark.parametrize("values", [(0, 16.0), (8, 0.0), (8, float("nan")), (8, 16.0, -1.0), (8, 16.0, float("inf"))])
def test_a_machine_that_makes_no_sense_is_refused(values):
    with pytest.raises(PerfmodelError, match="of a machine must be"):
        Node("m", *values)


@pytest.mark.parametrize("values", [{"most_nodes": 0}, {"python_gb_per_core": -1.0}])
def test_limits_that_make_no_sense_are_refused(values):
    with pytest.raises(PerfmodelError, match="or more"):
        Space([1], [1], [1.0], **values)
