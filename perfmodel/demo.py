"""The data that a fresh Sparkcast starts with: the paper's cluster, reconstructed, and two small measured ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any, NamedTuple

import pandas as pd

from perfmodel.paper.published import CITATION, CLUSTER, applications, published
from perfmodel.paper.reconstruct import reconstruct


def reconstructed_runs() -> pd.DataFrame:
    """The runs of the paper's cluster, in the run-log contract."""
    return pd.concat([reconstruct(application) for application in applications()], ignore_index=True)


# The campaigns that the project measured itself: batch inference, and trainings (see docs/measured-campaign.md).
INFERENCE, TRAININGS = "measured", "trainings"


def measured_runs(*campaigns: str) -> pd.DataFrame:
    """The runs of the campaigns that the project measured itself: of those named, or of both."""
    frame = pd.concat([_read(f"{name}_runs.csv") for name in campaigns or (INFERENCE, TRAININGS)], ignore_index=True)
    frame["settings"] = frame["settings"].map(json.loads)
    return frame.assign(started_at=pd.to_datetime(frame["started_at"], utc=True))


def measured_tasks() -> pd.DataFrame:
    """The task records of `measured_runs`, by ``run_id``."""
    return pd.concat([_read(f"{name}_tasks.csv") for name in (INFERENCE, TRAININGS)], ignore_index=True)


class Measurement(NamedTuple):
    """What was measured and is no run; see `store.measurements.Measurements.put`."""

    kind: str
    name: str
    contents: dict[int, dict[str, Any]]


def measurements() -> Iterator[Measurement]:
    """The layers of the network that was trained, one by one, and the trials of a search."""
    (cluster,) = _read("trainings_runs.csv")["cluster"].unique()
    yield Measurement("layers", cluster, {1: _json("trainings_layers.json")})
    trials = _json("trainings_trials.json")
    contents = {trial["number"]: {**trial, "dataset": trials["dataset"]} for trial in trials["trials"]}
    yield Measurement("trial", trials["study"], contents)


def clusters() -> list[dict[str, Any]]:
    """Descriptions of the demo clusters: name, description, hardware; no prices."""
    paper = {
        "name": CLUSTER,
        "description": f"The cluster of {CITATION}. Its runs are reconstructed from published tables.",
        "hardware": published()["cluster"],
    }
    no_price = {"price_per_core_hour": None, "price_per_gib_hour": None, "currency": None}
    return [{**cluster, **no_price} for cluster in (paper, *_measured_clusters())]


def _measured_clusters() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _json("measured_clusters.json")
    return found


def _read(name: str) -> pd.DataFrame:
    with _data(name).open("rb") as file:
        return pd.read_csv(file, dtype={"executor_id": str, "reason": str})


def _json(name: str) -> Any:
    return json.loads(_data(name).read_text(encoding="utf-8"))


def _data(name: str) -> Any:
    return resources.files("perfmodel").joinpath("data").joinpath(name)
