"""From a goal to a configuration that can be run: what the command and the page share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from perfmodel import catalog
from perfmodel.answers import prediction
from perfmodel.answers.cost import Price
from perfmodel.errors import PerfmodelError
from perfmodel.evidence.memory_safety import memory_safety
from perfmodel.model import LEVEL
from perfmodel.recommendation.exports import Order
from perfmodel.recommendation.search import Goal, Recommendation, Space, assess, candidates, granted_gb, recommend
from perfmodel.report.explanations import origins_text
from perfmodel.scenarios import RATE
from store import Store, model_name
from store.instances import EXAMPLES

_NO_TYPES = {one.name for one in EXAMPLES}  # rows of the price table that no cloud knows


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
    """What was found, by which model, and what was left out of the search because its memory is known to run out."""

    request: Request
    recommendation: Recommendation
    champion: catalog.Champion
    scenario: str
    left_out: str = ""

    @property
    def model_name(self) -> str:
        """``application@cluster/scenario``."""
        return model_name(self.request.application, self.request.cluster, self.scenario)

    @property
    def images_per_partition(self) -> int | None:
        """What the prediction assumes; None where the runs do not say."""
        usual = self.champion.model.usual_images_
        return None if usual is None else round(usual)


class Source(NamedTuple):
    """What speaks for a recommendation: the model's name and version, the SHA-256 and the origin of its runs."""

    model: str
    data_sha256: str
    data_origin: str


def advise(models: dict[str, catalog.Champion], request: Request, history: pd.DataFrame | None = None) -> Advice:
    """Search for the configuration that serves the goal best.

    Parameters
    ----------
    models : dict of str to Champion
        As from `catalog.champions`.
    request : Request
    history : DataFrame, optional
        Run-log columns of all runs of the pair: memory that ran out in one of them is not recommended again.

    Raises
    ------
    PerfmodelError
        When nothing can be searched or predicted; a goal that nothing keeps is no error but advice.
    """
    configurations = candidates(request.space)
    scenario = request.scenario or _most_accurate(models, configurations, request.sampling_rate_pct)
    champion = catalog.champion_of(models, scenario)
    configurations, left_out = _known_to_hold(configurations, history, champion, request.space.memory_regime)
    assessed = assess(
        champion.model, configurations, request.sampling_rate_pct, request.price, request.space.node, request.goal.sure
    )
    return Advice(request, recommend(assessed, request.goal), champion, scenario, left_out)


def _known_to_hold(
    configurations: pd.DataFrame, history: pd.DataFrame | None, champion: catalog.Champion, regime: str
) -> tuple[pd.DataFrame, str]:
    """The configurations but for those whose memory ran out in a run of no greater load, and what is left out why."""
    ran_out = None if history is None else history[history["status"] == "oom"]
    if ran_out is None or ran_out.empty:
        return configurations, ""
    images = champion.model.usual_images_
    tried = sorted(configurations["executor_cores"].unique())
    lacking = {cores: memory_safety(ran_out, int(cores), images, regime).lacking_gb for cores in tried}
    limits = configurations["executor_cores"].map(lacking).astype(float)
    short = configurations["executor_memory_gb"] <= limits  # never where no limit is known
    if not short.any():
        return configurations, ""
    first = {limit: cores for cores, limit in reversed(lacking.items()) if limit is not None}
    known = [f"{limit:g} GiB with {cores} cores or more" for limit, cores in sorted(first.items())]
    partitions = "" if images is None else f" and partitions of {images:g} images or fewer"
    text = (
        f"{np.count_nonzero(short):,} of {len(short):,} configurations are left out: executors ran out of memory with "
        f"{', '.join(known)}{partitions}"
    )
    if short.all():
        raise PerfmodelError(f"{text}; try more memory")
    return configurations[~short].reset_index(drop=True), text


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
    heap, beside = granted_gb(space, float(row["executor_memory_gb"]), int(row["executor_cores"]))
    low, high = advice.champion.model.predict_interval(pd.DataFrame([row]).infer_objects(), LEVEL)
    return Order(
        application=request.application,
        cluster=request.cluster,
        num_executors=int(row["num_executors"]),
        executor_cores=int(row["executor_cores"]),
        executor_memory_gb=float(row["executor_memory_gb"]),
        heap_gb=heap,
        overhead_gb=beside,
        nodes=int(row["nodes"]),
        node_type="" if space.node is None or space.node.name in _NO_TYPES else space.node.name,
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
        memory_regime=space.memory_regime,
        images_per_partition=advice.images_per_partition,
    )
