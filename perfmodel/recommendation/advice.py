"""From a goal to a configuration that can be run: what the command and the page share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from perfmodel import catalog
from perfmodel.answers import prediction
from perfmodel.answers.cost import Price
from perfmodel.errors import PerfmodelError
from perfmodel.model import LEVEL
from perfmodel.recommendation.exports import Order
from perfmodel.recommendation.search import Goal, Recommendation, Space, assess, candidates, overhead_gb, recommend
from perfmodel.report.explanations import origins_text
from perfmodel.scenarios import RATE
from store import Store, model_name


@dataclass(frozen=True)
class Request:
    """A goal on an application and a cluster.

    Attributes
    ----------
    application, cluster : str
    sampling_rate_pct : float
        Data size, percent of the data set.
    space : Space
        What may be asked for.
    goal : Goal
    price : Price
        Of cores and memory, where machines have no price of their own.
    scenario : str or None
        None takes the most accurate one that can answer.
    """

    application: str
    cluster: str
    sampling_rate_pct: float
    space: Space
    goal: Goal
    price: Price
    scenario: str | None = None

    def __post_init__(self) -> None:
        if not 0 < self.sampling_rate_pct < math.inf:
            raise PerfmodelError(f"the sampling rate must be above zero, not {self.sampling_rate_pct}")

    @property
    def currency(self) -> str:
        """What costs are in."""
        node = self.space.node
        return self.price.currency if node is None or node.price_per_hour is None else node.currency


@dataclass(frozen=True)
class Advice:
    """What was found, and by which model."""

    request: Request
    recommendation: Recommendation
    champion: catalog.Champion
    scenario: str

    @property
    def model_name(self) -> str:
        """``application@cluster/scenario``."""
        return model_name(self.request.application, self.request.cluster, self.scenario)


class Source(NamedTuple):
    """What speaks for a recommendation: the model's name and version, the SHA-256 and the origin of its runs."""

    model: str
    data_sha256: str
    data_origin: str


def advise(models: dict[str, catalog.Champion], request: Request) -> Advice:
    """Search for the configuration that serves the goal best.

    Parameters
    ----------
    models : dict of str to Champion
        As from `catalog.champions`.
    request : Request

    Raises
    ------
    PerfmodelError
        When nothing can be searched or predicted; a goal that nothing keeps is no error but advice.
    """
    configurations = candidates(request.space)
    scenario = request.scenario or _most_accurate(models, configurations, request.sampling_rate_pct)
    champion = catalog.champion_of(models, scenario)
    assessed = assess(
        champion.model, configurations, request.sampling_rate_pct, request.price, request.space.node, request.goal.sure
    )
    return Advice(request, recommend(assessed, request.goal), champion, scenario)


def best_of(advices: Sequence[Advice]) -> Advice:
    """The advice whose cheapest configuration is cheapest; where none keeps the limits, the one that comes nearest.

    The nearest is the cheapest of what is in time, and the fastest where nothing is.

    Parameters
    ----------
    advices : sequence of Advice
        For the same goal on different machines, at least one.

    Raises
    ------
    PerfmodelError
        When their costs are in different currencies.
    """
    currencies = sorted({advice.request.currency for advice in advices})
    if len(currencies) > 1:
        raise PerfmodelError(
            f"prices in {' and '.join(currencies)} cannot be compared; choose machines with prices in one currency"
        )
    kept = [advice for advice in advices if advice.recommendation.cheapest is not None]
    in_time = [advice for advice in advices if _time_and_cost(advice)[0] <= _deadline(advice)]
    if kept or in_time:
        return min(kept or in_time, key=lambda advice: _time_and_cost(advice)[::-1])
    return min(advices, key=_time_and_cost)


def _time_and_cost(advice: Advice) -> tuple[float, float]:
    found = advice.recommendation
    row = found.nearest if found.cheapest is None else found.cheapest
    return (math.inf, math.inf) if row is None else (float(row["safe_s"]), float(row["safe_cost"]))


def _deadline(advice: Advice) -> float:
    return math.inf if advice.request.goal.deadline_s is None else advice.request.goal.deadline_s


def _most_accurate(models: dict[str, catalog.Champion], configurations: pd.DataFrame, rate: float) -> str:
    smallest = configurations.head(1).assign(**{RATE: rate})
    return prediction.best_scenario({name: champion.model for name, champion in models.items()}, smallest)


def source_of(store: Store, name: str, version: int) -> Source:
    """Look up what taught a registered version.

    Parameters
    ----------
    store : Store
    name : str
        ``application@cluster/scenario``.
    version : int
    """
    found = store.registry.get(name, version)
    runs = catalog.usable_runs(store, found.application, found.cluster)
    origin = origins_text(runs[runs["run_id"].isin(found.training_run_ids)])
    return Source(f"{name} v{version}", found.data_sha256, origin)


def order_of(advice: Advice, row: pd.Series[Any], source: Source, made_on: str) -> Order:
    """Return a chosen candidate with its provenance, to be exported.

    Parameters
    ----------
    advice : Advice
    row : Series
        A row of the recommendation.
    source : Source
        Of `Advice.model_name`.
    made_on : str
        Date, ISO 8601.
    """
    request, space = advice.request, advice.request.space
    low, high = advice.champion.model.predict_interval(pd.DataFrame([row]).infer_objects(), LEVEL)
    return Order(
        application=request.application,
        cluster=request.cluster,
        num_executors=int(row["num_executors"]),
        executor_cores=int(row["executor_cores"]),
        executor_memory_gb=float(row["executor_memory_gb"]),
        overhead_gb=float(overhead_gb(space, row["executor_memory_gb"], row["executor_cores"])),
        nodes=int(row["nodes"]),
        node_type=space.node.name if space.node else "",
        model=source.model,
        data_sha256=source.data_sha256,
        data_origin=source.data_origin,
        sampling_rate_pct=request.sampling_rate_pct,
        predicted_s=float(row["predicted_s"]),
        predicted_low_s=float(low[0]),
        predicted_high_s=float(high[0]),
        level=LEVEL,
        cost=float(row["cost"]),
        currency=request.currency,
        made_on=made_on,
    )
