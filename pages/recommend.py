"""A goal in, the configuration to ask for out, and a file to ask for it with."""

import dataclasses
import datetime

import pandas as pd
import streamlit as st

from pages.ui.recommend import instances, kept, picking, tradeoff
from pages.ui.runs import upload
from pages.ui.shared import evidence, formats, inputs, origins, shown, state
from pages.ui.shared.shown import Card
from pages.ui.shared.sidebar import chosen_pair
from pages.ui.shared.text import counted, literal
from perfmodel.answers import prediction
from perfmodel.errors import PerfmodelError
from perfmodel.model import LEVEL
from perfmodel.recommendation.advice import Advice, Request, Source, advise, best_of, order_of, source_of
from perfmodel.recommendation.exports import FORMATS
from perfmodel.recommendation.promises import promises
from perfmodel.recommendation.search import EXPECTED, Node

application, cluster = chosen_pair()
st.title("Recommend")
with state.errors_on_page():
    runs = state.runs_to_learn_from(application, cluster)
    models = state.models(application, cluster)

st.markdown(
    f"Which configuration to ask for, to run **{literal(application)}** on **{literal(cluster)}** in time and within "
    "budget."
)
origins.show(runs)


@st.fragment
def recommend() -> None:
    """Rerun alone when a goal or a limit changes."""
    controls, results = st.columns([1, 2.4], gap="large")
    with controls, state.errors_on_page():
        goal = inputs.goal()
        rate = inputs.data_size(runs)
        nodes, most = instances.machines()
        space, price = inputs.space(runs), inputs.price()
        request = Request(application, cluster, rate, dataclasses.replace(space, most_nodes=most), goal, price)
    with results, state.errors_on_page():
        advices = on_machines(request, nodes)
        advice = best_of(advices)
        found = advice.recommendation
        if found.advice:
            st.warning(f"{found.advice[0].upper() + found.advice[1:]}.", icon=":material/search_off:")
        if advice.left_out:
            st.caption(f":material/memory_alt: {advice.left_out}.")
        picked = show_choices(advice)
        if nodes:
            shown.table(instances.machine_table(advices), "machines", alt="What each kind of machine offers")
        instances.show_table()
        show_front(advice, picked)
        show_export(advice, picked)


def on_machines(request: Request, nodes: list[Node]) -> list[Advice]:
    """Advice for each kind of machine that can hold an executor; without machines one advice."""
    history = evidence.all_runs(application, cluster)
    if not nodes:
        return [advise(models, request, history)]
    found, refused = [], []
    for node in nodes:
        try:
            space = dataclasses.replace(request.space, node=node)
            found.append(advise(models, dataclasses.replace(request, space=space), history))
        except PerfmodelError as error:
            refused.append(str(error))
    if not found:
        raise PerfmodelError("; ".join(refused))
    for reason in refused:
        st.caption(f"{literal(reason[0].upper() + reason[1:])}.")
    return found


def show_choices(advice: Advice) -> pd.Series:
    """The cheapest and the fastest that keep the limits, the nearest, or one of the front; returns the one shown."""
    row = picking.choose(advice.recommendation)
    figures = [
        Card("Time to count on", formats.time_text(row["safe_s"])),
        Card(f"Cost ({advice.request.currency})", formats.amount_text(row["safe_cost"])),
        Card("Executors x cores", f"{row['num_executors']:.0f} x {row['executor_cores']:.0f}"),
        Card("Executor memory", f"{row['executor_memory_gb']:g} GiB"),
    ]
    shown.cards(figures, width=180)
    st.markdown(wording(advice, row))
    over = picking.broken(advice.request.goal, row, advice.request.currency)
    if over and not advice.recommendation.advice:
        st.warning(
            f"This configuration {over}, and the file below asks for it all the same.", icon=":material/warning:"
        )
    asked = pd.DataFrame([row]).infer_objects()
    note = prediction.answer(advice.champion.model, asked, advice.request.price)["note"].iat[0]
    if note:
        st.warning(f"Outside the profiled range, so less sure: {note}.", icon=":material/warning:")
    return row


def wording(advice: Advice, row: pd.Series) -> str:
    """The exact time, how sure it is, and who says so."""
    sure, currency = advice.request.goal.sure, advice.request.currency
    expected = formats.time_text(row["predicted_s"]), formats.money_text(row["cost"], currency)
    kept = "" if sure == EXPECTED else f", kept with {sure:.0%} probability (expected: {' at '.join(expected)})"
    node = advice.request.space.node
    packed = f" Packed on {counted(int(row['nodes']), 'machine')} of {literal(node.name)}." if node else ""
    model = f"scenario {advice.scenario}, version {advice.champion.version}"
    images = advice.images_per_partition
    assumed = "" if images is None else f" Assumes {counted(images, 'image')} per partition, or per step of a training."
    granted = f" Each executor takes {row['granted_gb']:.1f} GiB: heap, JVM and Python workers"
    priced = "." if node and node.price_per_hour is not None else "; the cost is for all of it."
    return f"Exactly {row['safe_s']:,.1f} s by {model}{kept}.{assumed}{granted}{priced}{packed}"


def show_front(advice: Advice, picked: pd.Series) -> None:
    """Time against cost of everything that no other configuration beats in both, to pick from."""
    st.header("Time against cost")
    st.caption("Each step is a configuration that no other beats in both. Click one, here or in the table, to take it.")
    data = tradeoff.front_data(advice, picked)
    front = advice.recommendation.front
    shown.chart(
        tradeoff.front_figure(data), picking.FRONT_CHART, alt=tradeoff.front_text(data), selection_mode="points",
        on_select=lambda: picking.take(front, f"chart_{picking.FRONT_CHART}"),
    )  # fmt: skip
    with st.expander("As a table", icon=":material/table:"):
        shown.table(
            tradeoff.front_table(data), "front", alt="Configurations that no other beats", key=picking.FRONT_TABLE,
            on_select=lambda: picking.take(front, picking.FRONT_TABLE), selection_mode="single-row",
        )  # fmt: skip


@st.cache_data(max_entries=32, show_spinner=False)
def model_source(name: str, version: int) -> Source:
    """What taught a version, which never changes."""
    return source_of(state.store(), name, version)


def show_export(advice: Advice, picked: pd.Series) -> None:
    """The configuration as a file, with its provenance."""
    st.header("Export")
    form = st.selectbox(
        "Format", list(FORMATS), format_func=lambda name: FORMATS[name].title, key="format", bind="query-params"
    )
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    chosen = FORMATS[form]
    order = order_of(advice, picked, model_source(advice.model_name, advice.champion.version), today)
    text = chosen.render(order)
    st.download_button(
        f"Download {chosen.filename}", text, chosen.filename, chosen.mime, icon=":material/download:", on_click="ignore"
    )
    st.code(text, language=None, wrap_lines=True)
    if replace := chosen.beside(order):
        st.info(" ".join(replace), icon=":material/edit:")
    st.caption(
        f"Carries the model version, the hash of its data and the prediction with its {LEVEL:.0%} interval. Run it, "
        "and import the event log of that run to see predicted against actual."
    )


def show_promises() -> None:
    """Predicted against actual, of runs that were configured from an export; and where to bring the next log in."""
    st.header("Predicted against actual")
    with state.errors_on_page():
        found = promises(evidence.all_runs(application, cluster))
    if found.empty:
        st.caption(
            "No run with an exported configuration has come back yet. Run one, and upload its Spark event log here: "
            "the configuration carries its prediction, and the log brings it back."
        )
    else:
        st.markdown(kept.promise_text(found))
        shown.table(kept.promise_table(found), "predicted-and-actual", alt="Predicted and actual time of each run")
    upload.show(application, cluster)


recommend()
show_promises()
