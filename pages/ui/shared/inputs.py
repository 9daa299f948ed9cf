"""The sliders: a configuration, a data size, a price. Limits hold on the server as well as in the browser."""

from __future__ import annotations

import dataclasses
from typing import TypeVar

import pandas as pd
import streamlit as st

from perfmodel.answers.cost import EXAMPLE_PRICE, Price
from perfmodel.answers.prediction import question
from perfmodel.errors import PerfmodelError
from perfmodel.evidence.jobs import job_of
from perfmodel.recommendation.search import MOST_EXECUTORS, Goal, Space, default_space
from store.durations import seconds_of

Number = TypeVar("Number", int, float)
SHARE, IMAGES = "Percent", "Images"
WHOLE = 100
_PARTITION = "Images a partition", "Images that one task classifies. Few make more tasks, many need more memory."
_BATCH = "Images a step", "The batch: images that all cores share in one step of the training."
ROOM = 2  # sliders reach this many times beyond what was profiled; the page warns there


def executor_choices(runs: pd.DataFrame) -> range:
    """Numbers of executors that the slider offers."""
    return range(1, max(4, ROOM * int(runs["num_executors"].max())) + 1)


def core_choices(runs: pd.DataFrame) -> range:
    """Numbers of cores an executor that the slider offers."""
    return range(1, max(4, ROOM * int(runs["executor_cores"].max())) + 1)


def configuration(runs: pd.DataFrame) -> pd.Series:
    """Sliders for a configuration and a data size; starts at the largest that was profiled."""
    most = runs[["num_executors", "executor_cores", "executor_memory_gb"]].max()
    executors = executor_choices(runs)
    count = number(
        "Executors", 1, executors[-1], int(most["num_executors"]), key="executors",
        help="Executor processes of the application (spark.executor.instances).",
    )  # fmt: skip
    cores = number(
        "Cores an executor", 1, core_choices(runs)[-1], int(most["executor_cores"]), key="cores",
        help="Tasks that an executor runs at a time (spark.executor.cores).",
    )  # fmt: skip
    least = min(1.0, float(runs["executor_memory_gb"].min()))
    memory = number(
        "Memory an executor (GiB)", least, max(4.0, ROOM * float(most["executor_memory_gb"])),
        float(most["executor_memory_gb"]), step=min(0.5, least), key="memory",
        help="Heap of an executor (spark.executor.memory). Most scenarios predict the same time for any memory.",
    )  # fmt: skip
    chosen = question(count, cores, memory, data_size(runs)).iloc[0]
    return pd.concat([chosen, partition_size(runs)])


def number(label: str, low: Number, high: Number, start: Number, *, key: str, help: str, step: Number = 1) -> Number:
    """A slider, and beside it a field to type the same number.

    Parameters
    ----------
    label, help : str
    low, high, start, step : int or float
        All of one type.
    key : str
        Of the slider, which the address carries; the field follows it.
    """
    form = "%g" if isinstance(start, float) else "%d"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        value = st.slider(label, low, high, start, step, form, key=key, bind="query-params", help=help)
        field, first = _field(key, value, low, high)
        st.number_input(
            f"{label}, typed", low, high, first, step, form, key=_typed(key, field),
            label_visibility="collapsed", width=96, on_change=_take_typed, args=(key, field),
        )  # fmt: skip
    return value


def _typed(key: str, field: int) -> str:
    return f"{key}_typed_{field}"


def _field(key: str, value: Number, low: Number, high: Number) -> tuple[int, Number]:
    """Number of the field that shows the slider's value, another one once the slider has moved; and what it starts at.

    A browser that moves the slider twice sends the field along as it was before the first move. In a field of its own
    that is no number that somebody typed, which would put the slider back. Its start is its default, not only a value
    in the session: a browser that gets the field's script late starts at the default, and would send that as typed.
    """
    field, start = st.session_state.get(f"{key}_fields", (0, value))
    if st.session_state.get(_typed(key, field)) != value or not low <= start <= high:
        field, start = field + 1, value
        st.session_state[f"{key}_fields"] = field, start
    return field, start


def _take_typed(key: str, field: int) -> None:
    value = st.session_state[_typed(key, field)]
    if field == st.session_state[f"{key}_fields"][0] and value is not None:
        st.session_state[key] = value


def partition_size(runs: pd.DataFrame) -> pd.Series:
    """Images a partition, where runs state it; of trainings it is the batch."""
    stated = runs["images_per_partition"].dropna().astype(float)
    if stated.empty:
        return pd.Series(dtype=float)
    usual = int(stated.quantile(interpolation="lower"))
    label, text = _BATCH if runs["settings"].map(job_of).ne("").any() else _PARTITION
    images = number(label, 1, max(10, ROOM * int(stated.max())), usual, key="partition", help=text)
    return pd.Series({"images_per_partition": float(max(images, 1))})


def data_size(runs: pd.DataFrame) -> float:
    """Percent of the data set, chosen as a share or as a number of images."""
    dataset = dataset_images(runs)
    by = SHARE
    if dataset:
        by = st.segmented_control(
            "Data size by", [SHARE, IMAGES], default=SHARE, required=True, key="size_by", bind="query-params"
        )
    if by == IMAGES and dataset:
        images = st.number_input(
            "Images", 1, 100 * dataset, dataset, key="images", bind="query-params", help="Images to process."
        )
        share = WHOLE * images / dataset
    else:
        share = number(
            "Share of the data set (%)", 1, 200, 100, key="rate",
            help="The paper's sampling rate: 100 % is the whole data set, more is a larger one.",
        )  # fmt: skip
    if share > WHOLE:
        st.caption(f":material/zoom_out_map: Beyond the data set: {share / WHOLE:g} times as many images as it has.")
    return float(share)


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
            bind="query-params",
            help="An hour of one GiB: of executor memory; on Recommend, of all memory that executors ask for.",
        )  # fmt: skip
        currency = st.selectbox("Currency", ["USD", "EUR", "GBP", "JPY", "KRW"], key="currency", bind="query-params")
        st.caption("The first figures are a round example, nobody's quotation.")
    return Price(per_core, per_gib, currency)


def goal() -> Goal:
    """Deadline, budget, and how sure the time must be."""
    deadline = st.text_input(
        "Deadline", "", placeholder="none; or 2 h, 90 min", key="deadline", bind="query-params",
        help="Longest time that the job may take, such as 2 h or 1 h 30 min.",
    )  # fmt: skip
    budget = st.number_input(
        "Budget", 0.0, value=None, placeholder="none", key="budget", bind="query-params",
        help="Most that the job may cost, in the currency of the prices.",
    )  # fmt: skip
    sure = st.slider(
        "How sure", 50, 99, 50, format="%d %%", key="sure", bind="query-params",
        help="50 % is the expected time: as likely longer as shorter. 95 % is what 95 of 100 such runs stay below.",
    )  # fmt: skip
    return Goal(_deadline(deadline), budget or None, sure / 100)


def _deadline(text: str) -> float | None:
    try:
        return seconds_of(text) if text.strip() else None
    except ValueError as error:
        raise PerfmodelError(f"deadline: {error}") from error


def space(runs: pd.DataFrame) -> Space:
    """Limits of the cluster; `runs` are those of one pair."""
    # Streamlit keeps the value of a key whose default changes; another pair's limits are other fields.
    pair = "@".join(runs[["application", "cluster"]].iloc[0])
    usual = default_space(runs)
    with st.expander("Limits of the cluster", icon=":material/dns:"):
        executors = st.number_input(
            "Most executors", 1, MOST_EXECUTORS, usual.executors[-1], key=f"most_executors_{pair}", bind="query-params"
        )
        cores = st.number_input(
            "Most cores an executor", 1, 1_024, usual.cores[-1], key=f"most_cores_{pair}", bind="query-params"
        )
        memory = st.multiselect(
            "Memory to try (GiB)", sorted({1.0, 2.0, 4.0, 8.0, 16.0, *runs["executor_memory_gb"].unique()}),
            list(usual.memory_gb), key=f"memory_choices_{pair}", bind="query-params",
        )  # fmt: skip
        python = st.number_input(
            "Memory of a Python worker (GiB)", 0.0, 1_000.0, usual.python_gb_per_core, step=0.25, key="python_memory",
            bind="query-params",
            help="TensorFlow, pixels and the network, outside the heap: one worker a core, two in the regime heap. In "
            "the regime process executor memory bounds it, and this is not used.",
        )  # fmt: skip
    if not memory:
        raise PerfmodelError("choose at least one memory size under the limits of the cluster")
    return dataclasses.replace(
        usual, executors=range(1, executors + 1), cores=range(1, cores + 1), memory_gb=memory, python_gb_per_core=python
    )
