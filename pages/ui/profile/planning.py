"""The fields of a campaign, and what a plan and its runs look like in a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.ui.shared.formats import time_text
from runner.background.request import Request
from runner.background.watch import Progress
from runner.clusters.host import default_cluster_name, visible_cpus
from runner.errors import RunnerError
from runner.networks.applications import APPLICATIONS

HERE, ELSEWHERE = "This machine", "A cluster of mine"
FEWEST, GRID = "The fewest runs that answer", "Every combination"
GENERATED, FOLDER = "Generated photos", "A folder"
_MISSING = {
    "master": "write where your cluster listens, like spark://HOST:7077",
    "cluster": "write a name for your cluster",
}
_LIST = "Values separated by commas, or a range: MIN:MAX:STEP like 1:4:1, MIN:MAX:xFACTOR like 1:100:x10."


def request(application: str) -> Request:
    """Fields for a campaign; starts with the application that the user looks at, where it can be profiled.

    Raises
    ------
    RunnerError
        When the user's own cluster is not named: without a master it would be this machine's.
    """
    with st.container(horizontal=True, gap="medium"):
        where = _choice("Where it runs", [HERE, ELSEWHERE], "plan_where")
        kind = _choice("Which runs", [FEWEST, GRID], "plan_kind")
    left, right = st.columns(2, gap="large")
    with left:
        names = list(APPLICATIONS)
        chosen = st.selectbox(
            "CNN to profile", names, names.index(application) if application in names else 0,
            key="plan_application", bind="query-params", help="Weights are random: only the time is measured.",
        )  # fmt: skip
        cluster = _cluster(where)
        images = _images() | _shares()
    with right:
        cores = _cores(where)
        values = _values()
    for option, value in cluster.items():  # now that all fields are there
        if not value.strip():
            raise RunnerError(f"--{option}: {_MISSING[option]}, or choose '{HERE}'")
    return Request(application=chosen, fewest=kind == FEWEST, **cluster, **images, **cores, **values)


def _choice(label: str, options: list[str], key: str) -> str:
    return st.segmented_control(
        label, options, default=options[0], required=True, key=key, bind="query-params", wrap=True
    )


def _text(label: str, value: str, key: str, text: str, placeholder: str = "") -> str:
    return st.text_input(label, value, key=f"plan_{key}", bind="query-params", help=text, placeholder=placeholder)


def _cluster(where: str) -> dict[str, str]:
    if where == HERE:
        return {"cluster": default_cluster_name()}
    master = _text(
        "Master", "spark://HOST:7077", "master", "spark://HOST:PORT, yarn or k8s://https://HOST:PORT, as Spark takes it"
    )
    name = _text("Name of the cluster", "my-cluster", "cluster", "A model is valid for one cluster only.")
    return {"master": master, "cluster": name}


def _images() -> dict[str, str]:
    source = _choice("Images", [GENERATED, FOLDER], "plan_images")
    if source == GENERATED:
        number = st.number_input(
            "Photos", 1, 10_000_000, 200, key="plan_synthetic", bind="query-params",
            help="Photo-like JPEG files, made under the home once: the whole data set.",
        )  # fmt: skip
        return {"synthetic": str(number)}
    return {"images": _text("Folder with images", "", "folder", "JPEG and PNG files, Yelp photos or CIFAR-10 files.")}


def _cores(where: str) -> dict[str, str]:
    cpus = visible_cpus()
    executors = _text("Executors", "1:2:1" if cpus > 1 else "1", "executors", _LIST)
    if where == ELSEWHERE:
        return {"executors": executors, "cores": _text("Cores of each executor", "1,2", "cores", _LIST)}
    more = f"This machine has {cpus}: runs on more are left out of models, and so are executors without a core."
    total = _text("Cores over all executors", f"1:{cpus}:1" if cpus > 1 else "1", "total_cores", f"{_LIST} {more}")
    return {"executors": executors, "total_cores": total}


def _shares() -> dict[str, str]:
    label, usual = "Share of the images (%)", "10,50,100"
    return {"sampling_rates": _text(label, usual, "rates", f"The paper's sampling rate. {_LIST}")}


def _values() -> dict[str, str]:
    return {
        "memory": _text("Memory of an executor", "1g", "memory", f"Its heap, such as 1g or 1536m. {_LIST}"),
        "images_per_partition": _text("Images a partition", "25", "partition", f"Images that a task gets. {_LIST}"),
        "repeats": str(
            st.number_input("Repeats", 1, 100, 1, key="plan_repeats", bind="query-params", help="Runs of each.")
        ),
    }


def plan_table(content: dict[str, Any]) -> pd.DataFrame:
    """The runs of a preview, in words; columns that say nothing are left out."""
    rows = pd.DataFrame(content["runs"])
    table = pd.DataFrame(
        {
            "Executors": rows["num_executors"],
            "Cores": ["+".join(map(str, cores)) for cores in rows["executor_cores"]],
            "Memory (GiB)": rows["executor_memory_gb"],
            "Images a partition": rows["images_per_partition"],
            "Share (%)": rows["sampling_rate_pct"],
            "Images": rows["input_images"],
            "Tasks": rows["tasks"],
            "Repeat": rows["repeat"],
            "Expected": ["" if pd.isna(seconds) else time_text(seconds) for seconds in rows["expected_s"]],
            "State": [_state(row) for row in content["runs"]],
            "What it is for": rows["why"],
        }
    )
    return table.drop(columns=[name for name in ("Expected", "What it is for") if not table[name].any()])


def _state(row: dict[str, Any]) -> str:
    return "done" if row["done"] else f"skipped: {row['skipped']}" if row["skipped"] else "to run"


def runs_table(runs: pd.DataFrame) -> pd.DataFrame:
    """Runs of a campaign, in words."""
    return pd.DataFrame(
        {
            "Started": runs["started_at"].dt.strftime("%b %d %H:%M:%S UTC"),
            "Executors": runs["num_executors"],
            "Cores": runs["total_cores"],
            "Memory (GiB)": runs["executor_memory_gb"],
            "Images": runs["input_images"],
            "Result": [_result(row) for _, row in runs.iterrows()],
        }
    )


def campaigns_table(known: Sequence[Progress]) -> pd.DataFrame:
    """Campaigns and how far they are."""
    return pd.DataFrame(
        {
            "Campaign": [one.campaign for one in known],
            "Application": [one.application for one in known],
            "Cluster": [one.cluster for one in known],
            "Runs": [one.standing.total for one in known],
            "Done": [one.standing.done for one in known],
            "Failed": [one.standing.failed for one in known],
        }
    )


def _result(row: pd.Series) -> str:
    if row["status"] == "ok":
        return f"{time_text(row['completion_time_s'])}"
    return f"{row['status']} ({row['failure_kind']}): {row['settings'].get('reason', '')}"
