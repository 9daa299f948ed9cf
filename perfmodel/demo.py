"""The data that a fresh Sparkcast starts with: the paper's cluster, reconstructed, and a small measured one."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pandas as pd

from perfmodel.paper.published import CITATION, CLUSTER, applications, published
from perfmodel.paper.reconstruct import reconstruct


def reconstructed_runs() -> pd.DataFrame:
    """The runs of the paper's cluster, in the run-log contract."""
    return pd.concat([reconstruct(application) for application in applications()], ignore_index=True)


def measured_runs() -> pd.DataFrame:
    """The campaign that the project measured itself (see docs/measured-campaign.md)."""
    with _data("measured_runs.csv").open("rb") as file:
        frame = pd.read_csv(file)
    frame["settings"] = frame["settings"].map(json.loads)
    return frame.assign(started_at=pd.to_datetime(frame["started_at"], utc=True))


def measured_tasks() -> pd.DataFrame:
    """The task records of `measured_runs`, by ``run_id``."""
    with _data("measured_tasks.csv").open("rb") as file:
        return pd.read_csv(file, dtype={"executor_id": str, "reason": str})


def clusters() -> list[dict[str, Any]]:
    """Descriptions of the demo clusters: name, description, hardware; no prices."""
    measured: dict[str, Any] = json.loads(_data("measured_cluster.json").read_text(encoding="utf-8"))
    paper = {
        "name": CLUSTER,
        "description": f"The cluster of {CITATION}. Its runs are reconstructed from published tables.",
        "hardware": published()["cluster"],
    }
    no_price = {"price_per_core_hour": None, "price_per_gib_hour": None, "currency": None}
    return [{**cluster, **no_price} for cluster in (paper, measured)]


def _data(name: str) -> Any:
    return resources.files("perfmodel").joinpath("data").joinpath(name)
