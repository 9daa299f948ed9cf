"""The sliders: a configuration, a data size, a price. Limits hold on the server as well as in the browser."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from perfmodel.cost import EXAMPLE_PRICE, Price
from perfmodel.prediction import question

SHARE, IMAGES = "Percent", "Images"
ROOM = 2  # sliders reach this many times beyond what was profiled; the page warns there


def executor_choices(runs: pd.DataFrame) -> range:
    """Numbers of executors that the slider offers."""
    return range(1, max(4, ROOM * int(runs["num_executors"].max())) + 1)


def configuration(runs: pd.DataFrame) -> pd.Series:
    """Sliders for a configuration and a data size; starts at the largest that was profiled."""
    most = runs[["num_executors", "executor_cores", "executor_memory_gb"]].max()
    executors = executor_choices(runs)
    count = st.slider(
        "Executors", 1, executors[-1], int(most["num_executors"]), key="executors", bind="query-params",
        help="Executor processes of the application (spark.executor.instances).",
    )  # fmt: skip
    cores = st.slider(
        "Cores an executor", 1, max(4, ROOM * int(most["executor_cores"])), int(most["executor_cores"]),
        key="cores", bind="query-params", help="Tasks that an executor runs at a time (spark.executor.cores).",
    )  # fmt: skip
    memory = st.slider(
        "Memory an executor (GiB)", 1.0, max(4.0, ROOM * float(most["executor_memory_gb"])),
        float(most["executor_memory_gb"]), step=0.5, key="memory", bind="query-params",
        help="Heap of an executor (spark.executor.memory). These scenarios predict the same time for any memory.",
    )  # fmt: skip
    return question(count, cores, memory, _sampling_rate(runs)).iloc[0]


def _sampling_rate(runs: pd.DataFrame) -> float:
    dataset = dataset_images(runs)
    by = SHARE
    if dataset:
        by = st.segmented_control(
            "Data size by", [SHARE, IMAGES], default=SHARE, required=True, key="size_by", bind="query-params"
        )
    if by == IMAGES and dataset:
        images = st.number_input(
            "Images", 1, 100 * dataset, dataset, key="images", bind="query-params", help="Images to classify."
        )
        return 100 * images / dataset
    return float(
        st.slider(
            "Share of the data set (%)",
            1,
            200,
            100,
            key="rate",
            bind="query-params",
            help="The paper's sampling rate: 100 % is the whole data set, more is a larger one.",
        )
    )


def dataset_images(runs: pd.DataFrame) -> int:
    """Images in the whole data set, 0 where the run logs do not say."""
    known = runs["dataset_images"].dropna()
    return int(known.max()) if len(known) else 0


def images(runs: pd.DataFrame, chosen: pd.Series) -> float:
    """Images that the chosen data size means, 0 where the run logs do not say."""
    return dataset_images(runs) * float(chosen["sampling_rate_pct"]) / 100


def price() -> Price:
    """Price fields, starting at a round example."""
    with st.expander("Price", icon=":material/payments:"):
        per_core = st.number_input(
            "Per core-hour", 0.0, 1000.0, EXAMPLE_PRICE.per_core_hour, format="%.4f", key="core_price",
            bind="query-params", help="What one core costs for one hour on your cluster.",
        )  # fmt: skip
        per_gib = st.number_input(
            "Per GiB-hour", 0.0, 1000.0, EXAMPLE_PRICE.per_gib_hour, format="%.4f", key="gib_price",
            bind="query-params", help="What one GiB of executor memory costs for one hour.",
        )  # fmt: skip
        currency = st.selectbox("Currency", ["USD", "EUR", "GBP", "JPY", "KRW"], key="currency", bind="query-params")
        st.caption("The first figures are a round example, nobody's quotation.")
    return Price(per_core, per_gib, currency)
