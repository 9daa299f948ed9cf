"""Public runs of other people's clusters, read into run-log-shaped frames.

The files are not part of the project. ``SOURCES.md`` beside each set gives its origin and licence.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

DEFAULT_FOLDER = "../shared/datasets"
FOLDER_VARIABLE = "SPARKCAST_DATASETS"

# AWS's published specifications: virtual CPUs by size, GiB of memory by family and size.
VCPUS = {"large": 2, "xlarge": 4, "2xlarge": 8}
MEMORY_GB = {
    "c4": {"large": 3.75, "xlarge": 7.5, "2xlarge": 15.0},
    "m4": {"large": 8.0, "xlarge": 16.0, "2xlarge": 32.0},
    "r4": {"large": 15.25, "xlarge": 30.5, "2xlarge": 61.0},
}


class MissingDatasetError(Exception):
    """The folder with the public data sets is not there."""


def folder(path: str | None = None) -> Path:
    """The folder with the data sets: ``path``, else the environment's `FOLDER_VARIABLE`, else `DEFAULT_FOLDER`.

    Raises
    ------
    MissingDatasetError
        When there is no such folder.
    """
    found = Path(path or os.environ.get(FOLDER_VARIABLE) or DEFAULT_FOLDER)
    if not found.is_dir():
        raise MissingDatasetError(
            f"there is no folder {found} with the public data sets (bell, scout, ernest); "
            f"say where it is with --datasets or {FOLDER_VARIABLE}"
        )
    return found


def bell(root: Path) -> pd.DataFrame:
    """Six Spark and Flink jobs on 4 to 60 nodes, 7 repeats each; a node is an executor of one core.

    Source: github.com/dos-group/runtime-prediction-experiments, Apache-2.0. Memory of a node is not stated.
    """
    return pd.concat([_bell_job(path) for path in sorted((root / "bell").glob("*.csv"))], ignore_index=True)


def _bell_job(path: Path) -> pd.DataFrame:
    runs = pd.read_csv(path)
    return pd.DataFrame(
        {
            "application": path.stem,
            "cluster": "bell",
            "num_executors": runs["Nodes"],
            "executor_cores": 1,
            "sampling_rate_pct": 100.0,
            "completion_time_s": runs["Runtime"] / 1000,
            "status": "ok",
        }
    )


def scout(root: Path) -> pd.DataFrame:
    """Eighteen HiBench jobs on 69 AWS configurations, one run each; a node is an executor with all its cores.

    Source: github.com/oxhead/scout, MIT. Runs that did not complete keep their row, without a time.
    """
    runs = pd.read_csv(root / "scout" / "scout_runs.csv")
    machines = runs["vm_type"].str.split(".", n=1, expand=True)
    return pd.DataFrame(
        {
            "application": runs["workload"] + "_" + runs["framework"] + "_" + runs["datasize"],
            "cluster": "scout",
            "num_executors": runs["nodes"],
            "executor_cores": machines[1].map(VCPUS),
            "executor_memory_gb": [MEMORY_GB[family][size] for family, size in machines.itertuples(index=False)],
            "sampling_rate_pct": 100.0,
            "completion_time_s": runs["elapsed_time_s"].where(runs["completed"]),
            "status": runs["completed"].map({True: "ok", False: "failed"}),
        }
    )


def ernest(root: Path) -> pd.DataFrame:
    """Seven runs of logistic regression on RCV1, the example that Ernest ships; a core is an executor.

    Source: github.com/amplab/ernest, Apache-2.0.
    """
    runs = pd.read_csv(root / "ernest" / "rcv1-parsed.csv", skipinitialspace=True)
    return pd.DataFrame(
        {
            "application": "rcv1",
            "cluster": "ernest",
            "num_executors": runs["#Cores"],
            "executor_cores": 1,
            "sampling_rate_pct": 100 * runs["Input Fraction"],
            "completion_time_s": runs["Time (s)"],
            "status": "ok",
        }
    )
