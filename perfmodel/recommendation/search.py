"""Which configuration to ask for: an exhaustive search over what the cluster can hold.

Every candidate is predicted in one vectorised call, so the answer is exact for the model: no candidate of the space is
better. How safe it is, the prediction interval decides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfmodel.answers.cost import Price, core_hours, cost
from perfmodel.errors import CannotPredictError, PerfmodelError
from perfmodel.evidence.memory_safety import in_regime, memory_regime
from perfmodel.features import FloatArray
from perfmodel.model import ScenarioModel
from perfmodel.scenarios import RATE
from store.amounts import amount
from store.durations import duration
from store.memory import FREE, PROCESS, PROCESS_LEAST_MIB, PYTHON_WORKER_MIB, heap_mib, overhead_mib

PYTHON_WORKER_GB = PYTHON_WORKER_MIB / 1024  # what a Python worker is given unless somebody says otherwise
ROOM = 2  # the search reaches this many times beyond the profiled executors; the page warns there
MOST_EXECUTORS = 100_000  # of a run log
EXPECTED = 0.5  # as likely to be kept as not: the prediction itself
MOST_CANDIDATES = 1_000_000
_SIZE = ["num_executors", "executor_cores", "executor_memory_gb"]


@dataclass(frozen=True)
class Node:
    """One kind of machine that executors are packed on.

    Attributes
    ----------
    name : str
        Instance type; empty when not known.
    cores : int
        That executors may use.
    memory_gb : float
        That executors may use, GiB.
    price_per_hour : float or None
        Of one machine, in ``currency``, paid while the job runs; None where cores and memory are paid by themselves.
    currency, source, priced_on : str
        ISO 4217 code, where the price is from, and its date.
    """

    name: str
    cores: int
    memory_gb: float
    price_per_hour: float | None = None
    currency: str = "USD"
    source: str = ""
    priced_on: str = ""

    def __post_init__(self) -> None:
        if self.cores < 1:
            raise PerfmodelError(f"the cores of a machine must be 1 or more, not {self.cores}")
        if not 0 < self.memory_gb < math.inf:
            raise PerfmodelError(f"the memory of a machine must be above zero, not {self.memory_gb} GiB")
        if self.price_per_hour is not None and not 0 <= self.price_per_hour < math.inf:
            raise PerfmodelError(f"the price of a machine must be zero or more, not {self.price_per_hour}")


@dataclass(frozen=True)
class Space:
    """What may be asked for.

    Attributes
    ----------
    executors, cores : sequence of int
        Numbers of executors, and of cores of each, to try.
    memory_gb : sequence of float
        Executor memory to try, GiB.
    node : Node or None
        Executors are packed on machines of this kind; None leaves packing to the cluster.
    most_nodes : int or None
        How many of them there are; None for no limit.
    python_gb_per_core : float
        Resident memory of a Python worker, GiB: pixels and network live outside the executor's heap.
    memory_regime : str
        What executor memory means (docs/decisions/0012), as in the runs that the model learned from.
    """

    executors: Sequence[int]
    cores: Sequence[int]
    memory_gb: Sequence[float]
    node: Node | None = None
    most_nodes: int | None = None
    python_gb_per_core: float = 0.0
    memory_regime: str = FREE

    def __post_init__(self) -> None:
        if self.most_nodes is not None and self.most_nodes < 1:
            raise PerfmodelError(f"the machines that there are must be 1 or more, not {self.most_nodes}")
        if not 0 <= self.python_gb_per_core < math.inf:
            raise PerfmodelError(f"the memory of a Python worker must be zero or more, not {self.python_gb_per_core}")


@dataclass(frozen=True)
class Goal:
    """What the user wants.

    Attributes
    ----------
    deadline_s, budget : float or None
        Longest time in seconds, and largest cost; None for no limit.
    sure : float
        Probability with which the time should be kept: `EXPECTED` takes the prediction itself, 0.95 the bound that 95 %
        of such runs stay below.
    """

    deadline_s: float | None = None
    budget: float | None = None
    sure: float = EXPECTED

    def __post_init__(self) -> None:
        for name, limit in (("deadline", self.deadline_s), ("budget", self.budget)):
            if limit is not None and not 0 < limit < float("inf"):
                raise PerfmodelError(f"the {name} must be above zero, not {limit}")
        if not EXPECTED <= self.sure < 1:
            raise PerfmodelError(f"how sure the answer is must be from {EXPECTED} to below 1, not {self.sure}")


@dataclass(frozen=True)
class Recommendation:
    """What the search found.

    Attributes
    ----------
    cheapest, fastest : Series or None
        The best candidate by cost, and by time, of those that keep all limits; None when none does.
    front : DataFrame
        Candidates of which none other is both faster and cheaper, from the fastest to the cheapest, limits aside.
    advice : str
        When no candidate keeps the limits: what would; empty otherwise.
    nearest : Series or None
        When no candidate keeps the limits: the one that comes closest.
    """

    cheapest: pd.Series[Any] | None
    fastest: pd.Series[Any] | None
    front: pd.DataFrame
    advice: str
    nearest: pd.Series[Any] | None


def default_space(runs: pd.DataFrame) -> Space:
    """What is searched unless the user says otherwise: with the largest memory, which is the safest that is known.

    Parameters
    ----------
    runs : DataFrame
        Those that a model may learn from, of one pair.
    """
    regime = memory_regime(runs)
    return Space(
        executors=range(1, min(ROOM * int(runs["num_executors"].max()), MOST_EXECUTORS) + 1),
        cores=range(1, int(runs["executor_cores"].max()) + 1),
        memory_gb=[float(in_regime(runs, regime)["executor_memory_gb"].max())],
        python_gb_per_core=PYTHON_WORKER_GB,
        memory_regime=regime,
    )


def candidates(space: Space) -> pd.DataFrame:
    """Every configuration of the space that its machines can hold.

    Returns
    -------
    DataFrame
        ``num_executors, executor_cores, executor_memory_gb, granted_gb, nodes``: ``granted_gb`` is what each executor
        takes, heap and all beside it; ``nodes`` is 0 where there is no `Space.node`.

    Raises
    ------
    PerfmodelError
        When the space is empty, larger than `MOST_CANDIDATES` or has values that are not above zero, or no executor of
        it fits a machine.
    """
    size = len(space.executors) * len(space.cores) * len(space.memory_gb)
    if not 0 < size <= MOST_CANDIDATES:
        raise PerfmodelError(f"{size:,} configurations to search; give at least 1 and at most {MOST_CANDIDATES:,}")
    tried = {"executors": space.executors, "cores an executor": space.cores, "executor memory": space.memory_gb}
    for what, values in tried.items():
        if wrong := [value for value in values if not 0 < value < math.inf]:
            raise PerfmodelError(f"{what} to try must be above zero, not {wrong[0]:g}")
    if space.memory_regime == PROCESS and min(space.memory_gb) * 1024 <= PROCESS_LEAST_MIB:
        raise PerfmodelError(
            f"executor memory to try must be above {PROCESS_LEAST_MIB / 1024:g} GiB, not {min(space.memory_gb):g}: the "
            "runs were profiled with Python inside it, and the JVM alone takes that much"
        )
    grid = pd.MultiIndex.from_product([list(space.executors), list(space.cores), list(space.memory_gb)], names=_SIZE)
    granted = [sum(granted_gb(space, memory, cores)) for cores in space.cores for memory in space.memory_gb]
    frame = grid.to_frame(index=False).assign(granted_gb=granted * len(space.executors))
    if space.node is None:
        return frame.assign(nodes=0)
    return _packed(frame, space, space.node)


def granted_gb(space: Space, memory_gb: float, cores: int) -> tuple[float, float]:
    """Heap of an executor and what it needs beside it, GiB, as the runner asks for them."""
    memory, worker = round(memory_gb * 1024), round(space.python_gb_per_core * 1024)
    heap = heap_mib(space.memory_regime, memory)
    return heap / 1024, overhead_mib(space.memory_regime, memory, int(cores), worker) / 1024


def _packed(frame: pd.DataFrame, space: Space, node: Node) -> pd.DataFrame:
    taken, cores = frame["granted_gb"].to_numpy(), frame["executor_cores"].to_numpy()
    on_a_node = np.minimum(node.cores // cores, node.memory_gb // taken)
    if not on_a_node.any():
        raise PerfmodelError(
            f"no executor of the search fits a {node.name or 'machine'} ({node.cores} cores, {node.memory_gb:g} GiB): "
            f"the smallest takes {cores.min()} cores or {taken.min():.1f} GiB with overhead; allow smaller executors "
            "or larger nodes"
        )
    held = frame.assign(on_a_node=on_a_node).query("on_a_node > 0")
    nodes = np.ceil(held["num_executors"] / held.pop("on_a_node")).astype(int)
    fits = nodes <= (np.inf if space.most_nodes is None else space.most_nodes)
    if not fits.any():
        kind = f" of {node.name}" if node.name else ""
        raise PerfmodelError(
            f"the smallest cluster of the search takes {nodes.min()} machines{kind}, and {space.most_nodes} are "
            "allowed; allow more"
        )
    return held.assign(nodes=nodes)[fits].reset_index(drop=True)


def assess(
    model: ScenarioModel,
    configurations: pd.DataFrame,
    sampling_rate_pct: float,
    price: Price,
    node: Node | None = None,
    sure: float = EXPECTED,
) -> pd.DataFrame:
    """Predict time and cost of every candidate.

    Parameters
    ----------
    model : ScenarioModel
    configurations : DataFrame
        As from `candidates`.
    sampling_rate_pct : float
        Data size, percent of the data set.
    price : Price
        Of cores and of all memory that executors take; not used where `node` has a price of its own.
    node : Node, optional
        Machines that are paid as a whole.
    sure : float
        See `Goal`.

    Returns
    -------
    DataFrame
        The candidates that the model answers for, with ``predicted_s``, ``safe_s`` (kept with probability `sure`),
        ``cost`` and ``safe_cost``.

    Raises
    ------
    CannotPredictError
        When the model answers for none.
    """
    asked = configurations.assign(**{RATE: float(sampling_rate_pct)})
    predicted, safe = _predicted_and_safe(model, asked, sure)
    assessed = asked.assign(
        predicted_s=predicted,
        safe_s=safe,
        core_hours=core_hours(asked, predicted),
        cost=_paid(asked, predicted, price, node),
        safe_cost=_paid(asked, safe, price, node),
    )
    answered = assessed[assessed["safe_s"] < np.inf].reset_index(drop=True)
    if answered.empty:
        raise CannotPredictError(
            f"scenario {model.scenario} answers for none of the {len(assessed)} configurations at this data size; "
            "choose another scenario, or a data size that it was profiled for"
        )
    return answered


def _predicted_and_safe(model: ScenarioModel, asked: pd.DataFrame, sure: float) -> tuple[FloatArray, FloatArray]:
    """Seconds as predicted, and those kept with probability `sure`: the upper end of a two-sided interval."""
    if sure == EXPECTED:
        predicted = model.predict(asked)
        return predicted, predicted
    seen = model.foresee(asked, 2 * sure - 1)
    return seen.predicted_s, seen.high_s


def _paid(configurations: pd.DataFrame, seconds: FloatArray, price: Price, node: Node | None) -> FloatArray:
    if node is None or node.price_per_hour is None:
        granted = configurations.assign(executor_memory_gb=configurations["granted_gb"])
        return cost(granted, seconds, price)
    return np.asarray(configurations["nodes"] * node.price_per_hour * seconds / 3600, dtype=np.float64)


def recommend(assessed: pd.DataFrame, goal: Goal) -> Recommendation:
    """Choose from assessed candidates.

    Ties go to the cheaper, then the faster, then the smaller cluster, so that the answer never depends on row order.
    """
    kept = assessed[_keeps(assessed["safe_s"], goal.deadline_s) & _keeps(assessed["safe_cost"], goal.budget)]
    front = pareto_front(assessed)
    if kept.empty:
        nearest, advice = _nearest(assessed, goal)
        return Recommendation(None, None, front, advice, nearest)
    return Recommendation(_best(kept, "safe_cost", "safe_s"), _best(kept, "safe_s", "safe_cost"), front, "", None)


def pareto_front(assessed: pd.DataFrame) -> pd.DataFrame:
    """Candidates of which no other is as fast and cheaper, or as cheap and faster; the fastest first."""
    hopeful = assessed.iloc[_not_dearer(assessed)]  # few, so that what is left can be sorted by everything
    ordered = hopeful.sort_values(["safe_s", "safe_cost", *_SIZE], ignore_index=True)
    return ordered.loc[list(ordered["safe_cost"].to_numpy() < _cheapest_before(ordered))].reset_index(drop=True)


def _not_dearer(assessed: pd.DataFrame) -> NDArray[np.intp]:
    """Where those are that cost no more than any that is faster."""
    order = np.argsort(assessed["safe_s"].to_numpy(), kind="stable")
    ordered = assessed[["safe_cost"]].iloc[order]
    return order[ordered["safe_cost"].to_numpy() <= _cheapest_before(ordered)]


def _cheapest_before(ordered: pd.DataFrame) -> FloatArray:
    costs = ordered["safe_cost"].to_numpy()
    return np.asarray(np.minimum.accumulate(np.concatenate([[np.inf], costs[:-1]])), dtype=np.float64)


def _keeps(values: pd.Series[float], limit: float | None) -> pd.Series[bool]:
    return values <= (np.inf if limit is None else limit)


def _best(rows: pd.DataFrame, *by: str) -> pd.Series[Any]:
    for column in (*by, *_SIZE):
        values = rows[column].to_numpy()
        rows = rows[values == values.min()]
    return rows.iloc[0]


def _nearest(assessed: pd.DataFrame, goal: Goal) -> tuple[pd.Series[Any], str]:
    """What comes closest when nothing keeps the limits, and which limit would have to move how far."""
    in_time = assessed[_keeps(assessed["safe_s"], goal.deadline_s)]
    in_budget = assessed[_keeps(assessed["safe_cost"], goal.budget)]
    if in_time.empty:
        fastest = _best(assessed, "safe_s", "safe_cost")
        advice = (
            f"no configuration is that fast: the fastest takes {duration(fastest['safe_s'])} and costs "
            f"{amount(fastest['safe_cost'])}"
        )
        if goal.budget is not None and fastest["safe_cost"] > goal.budget:
            return fastest, f"{advice}, above the budget; allow more time and a larger budget, or another cluster"
        return fastest, f"{advice}; allow more time, or a larger cluster"
    cheapest = _best(in_time, "safe_cost", "safe_s")
    advice = f"in time, the cheapest costs {amount(cheapest['safe_cost'])}"
    if len(in_budget):
        fastest = _best(in_budget, "safe_s", "safe_cost")
        advice += f"; within the budget, the fastest takes {duration(fastest['safe_s'])}"
    return cheapest, f"no configuration keeps the limits: {advice}"
