"""The registry: versions of each model, what they are worth, which one answers, and new ones."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.ui.models import fit_panel, version_acts, version_detail, versions
from pages.ui.shared import origins, shown, state
from pages.ui.shared.sidebar import chosen_pair
from pages.ui.shared.text import counted, literal
from perfmodel.scenarios import SCENARIOS
from store.runs.selection import Selection

application, cluster = chosen_pair()
st.title("Models")
with state.errors_on_page():
    known = state.versions(application, cluster)
    figures = state.figures(application, cluster)
    learned_from = state.run_counts(Selection(application, cluster, statuses=("ok",)))

st.markdown(f"The models of **{literal(application)}** on **{literal(cluster)}**, and the runs they can learn from.")
origins.show_counts(learned_from.groupby("origin")["runs"].sum())
version_acts.say_done()


def show_versions(own: pd.DataFrame, scores: pd.DataFrame) -> None:
    """The versions of one model; the one that is selected, else the champion, in detail."""
    table = versions.version_table(own, scores)
    champion = versions.champion_of(own)
    event = shown.table(
        table, "versions", column_config=columns(), on_select="rerun", selection_mode="single-row",
        height=min(320, 35 * len(table) + 38), key=f"versions_{own['name'].iloc[0]}",
        alt="Versions of the model, newest first; select one to see how it was made",
    )  # fmt: skip
    rows = [row for row in event.selection.rows if row < len(table)]
    remembered = f"version_of_{own['name'].iloc[0]}"  # what is looked at stays so when an act changes the table
    if rows:
        st.session_state[remembered] = int(table["version"].iloc[rows[0]])
    chosen = st.session_state.get(remembered) or champion or int(table["version"].iloc[0])
    aliases = sorted({alias for names in own["aliases"] for alias in names})
    version_detail.show(own[own["version"] == chosen].iloc[0], scores, aliases)


def columns() -> dict[str, Any]:
    """How the columns of the versions are shown."""
    accuracies = {label: st.column_config.NumberColumn(label, format="%.1f") for label in versions.ACCURACIES.values()}
    return accuracies | {
        "version": st.column_config.NumberColumn("Version", format="v%d"),
        "aliases": st.column_config.ListColumn("Aliases"),
        "training_runs": "Trained on (runs)",
        "created_at": st.column_config.DatetimeColumn("Fitted (UTC)", format="YYYY-MM-DD HH:mm"),
        "libraries": st.column_config.Column("Libraries", help="Whether it was made with the libraries that are here."),
        "state": st.column_config.Column("State", help="Archived versions are put aside; purged ones have no bytes."),
    }


@st.fragment
def show_metrics(own: pd.DataFrame, scores: pd.DataFrame) -> None:
    """A metric over the versions."""
    chart = st.segmented_control("Metric", list(versions.CHARTS), default="Accuracy", required=True, key="metric")
    history = versions.history_data(scores, chart, versions.champion_of(own))
    if history.rows.empty:
        st.info("No version has this metric.", icon=":material/info:")
        return
    shown.chart(versions.history_figure(history), "metric-over-versions", alt=versions.history_text(history))
    with st.expander("As a table", icon=":material/table:"):
        shown.table(history.rows, "metric", alt="The metric of every version")


@st.fragment
def show_comparison(own: pd.DataFrame) -> None:
    """What differs between two versions."""
    numbers = sorted(own["version"], reverse=True)
    if len(numbers) < 2:
        st.info("There is one version only. Fit again when there are new runs, then compare.", icon=":material/info:")
        return
    with st.container(horizontal=True):
        first = st.selectbox("First", numbers, 1, format_func="v{}".format, key="first", width=160)
        second = st.selectbox("Second", numbers, 0, format_func="v{}".format, key="second", width=160)
    with state.errors_on_page():
        compared = state.store().registry.compare(own["name"].iloc[0], first, second)
    if compared.empty:
        st.info("They are the same.", icon=":material/info:")
        return
    table = versions.comparison_table(compared, first, second)
    shown.table(table, "differences", alt=f"What differs between versions {first} and {second}")


def show_check() -> None:
    """Check the bytes, the record and the lineage of everything."""
    if not st.button("Check every model", icon=":material/verified_user:", help="All applications and clusters."):
        return
    with state.errors_on_page(), st.spinner("Checking bytes, records and lineage"):
        checked, problems = state.store().verify()
    if not problems:
        st.success(f"{counted(checked, 'version')} checked: all intact.", icon=":material/verified_user:")
        return
    st.error(f"{counted(checked, 'version')} checked: {counted(len(problems), 'problem')}.", icon=":material/gpp_bad:")
    for problem in problems[:50]:
        st.markdown(f"- {literal(problem)}")


names = versions.scenarios_of(known)
if not names:
    st.info(
        "Nothing was fitted yet for this application and cluster. Fit the first versions here.", icon=":material/info:"
    )
    fit_panel.show(application, cluster)
    st.stop()

scenario = st.segmented_control(
    "Model", names, default=names[0], required=True, key="model", bind="query-params",
    format_func=lambda name: SCENARIOS[name].title if name in SCENARIOS else name,
)  # fmt: skip
own = known[known["scenario"] == scenario]
scores = figures[figures["name"] == own["name"].iloc[0]]
if scenario in SCENARIOS:
    st.caption(SCENARIOS[scenario].description)
listed, metrics, compared, aliases, fit, check = st.tabs(
    ["Versions", "Metrics", "Compare", "Aliases", "Fit", "Check"], key="models_view", bind="query-params"
)
if listed.open:
    with listed, state.errors_on_page():
        show_versions(own, scores)
if metrics.open:
    with metrics:
        show_metrics(own, scores)
if compared.open:
    with compared:
        show_comparison(own)
if aliases.open:
    with aliases, state.errors_on_page():
        version_detail.show_roll_back(own["name"].iloc[0], state.store().registry.alias_history(own["name"].iloc[0]))
if fit.open:
    with fit:
        fit_panel.show(application, cluster)
if check.open:
    with check:
        show_check()
