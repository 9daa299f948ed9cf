"""Scenarios side by side, beside what the paper published; versions against each other."""

import pandas as pd
import streamlit as st

from pages.ui.compare import curve_charts, error_charts, scenario_charts, version_pair
from pages.ui.models import fit_panel
from pages.ui.shared import access, origins, shown, state
from pages.ui.shared.sidebar import chosen_pair
from pages.ui.shared.text import literal
from perfmodel import catalog
from perfmodel.curves import curves
from perfmodel.model import ScenarioModel
from perfmodel.paper.published import CITATION, CLUSTER
from perfmodel.regressor import DEFAULT_TECHNIQUES
from perfmodel.report.technique_scores import has_techniques, technique_scores
from perfmodel.scenarios import SCENARIOS, scenario_named
from perfmodel.scores.accuracy import HELD_OUT
from perfmodel.scores.coverage import coverage
from perfmodel.scores.residuals import residuals
from perfmodel.search.techniques import TECHNIQUES
from store import model_name

ACCURACY, TECHNIQUE, ACTUAL, RESIDUALS, COVERAGE, CURVES, VERSIONS = (
    "Accuracy and time", "Techniques", "Predicted and actual", "Residuals", "Intervals", "Fitted curves", "Versions",
)  # fmt: skip

application, cluster = chosen_pair()
st.title("Compare")
with state.errors_on_page():
    runs = state.runs_to_learn_from(application, cluster)
    champions = state.models(application, cluster)

st.markdown(
    f"The scenarios of **{literal(application)}** on **{literal(cluster)}** beside each other"
    f"{' and beside what the paper published' if cluster == CLUSTER else ''}."
)
origins.show(runs)
view = st.segmented_control(
    "Show", [ACCURACY, TECHNIQUE, ACTUAL, RESIDUALS, COVERAGE, CURVES, VERSIONS], default=ACCURACY, required=True,
    key="view", bind="query-params", wrap=True,
)  # fmt: skip


def training_runs(scenario: str) -> pd.DataFrame:
    """The runs that a champion was fitted on."""
    name = model_name(application, cluster, scenario)
    return catalog.training_runs(state.store(), name, champions[scenario].version, runs)


def scenario_title(name: str) -> str:
    """A fitted scenario for people."""
    return f"{scenario_named(name).title}, version {champions[name].version}"


def pick_scenario(names: list[str]) -> str:
    """One of the fitted scenarios."""
    accuracy = {name: champions[name].model.accuracy_.get(HELD_OUT, 0.0) for name in names}
    best = names.index(max(names, key=accuracy.__getitem__))
    name = st.selectbox(
        "Scenario", names, best, format_func=scenario_title, key="compared", bind="query-params", width=340
    )
    st.caption(scenario_named(name).description)
    return name


def version_times(name: str, version: int) -> dict[str, float]:
    """t1, t2 and T of a registered version, in seconds."""
    return scenario_charts.times_of(state.store().registry.metrics(name, version))


def show_accuracy() -> None:
    """Figures 3-9."""
    times = {name: version_times(model_name(application, cluster, name), champions[name].version) for name in champions}
    rows = scenario_charts.scenario_rows(application, cluster, champions, times)
    kept = rows[(rows["refused"] == "") | rows["published_pct"].notna()]
    st.header("Accuracy")
    shown.chart(scenario_charts.accuracy_figure(kept), "accuracy", alt=scenario_charts.accuracy_text(kept))
    st.caption(
        "Accuracy is 100 % minus the mean absolute percentage error. By the paper's protocol a model may know the "
        "configurations that it is tested on; never seen: each configuration by a model that never saw it."
        + (f" Published: {CITATION}." if cluster == CLUSTER else " The paper says nothing about this cluster.")
    )
    st.header("Collecting, tuning and training")
    shown.chart(
        scenario_charts.time_figure(kept),
        "times",
        alt="t1, t2 and T of each scenario; the table has the figures",
    )
    st.caption("t1: collecting the training runs, one each. t2: tuning and training, measured here. T: their sum.")
    shown.table(
        scenario_charts.scenario_table(kept), "scenarios", alt="Accuracy and times of each scenario", saved=kept,
        column_config={"Published (%)": st.column_config.Column(width=150)},
    )  # fmt: skip
    show_missing()


def show_missing() -> None:
    """Offer to fit what is not fitted."""
    missing = [name for name in SCENARIOS if name not in champions]
    if not missing or fit_panel.show_going_on(application, cluster):
        return
    st.info(f"Not fitted yet: {', '.join(missing)}.", icon=":material/model_training:")
    for line in fit_panel.refusals(application, cluster):
        st.markdown(line)
    if access.button("Fit them now", icon=":material/play_arrow:", key="fit_missing", help="Takes up to some minutes."):
        with state.errors_on_page():
            fit_panel.start_fit(application, cluster, missing, DEFAULT_TECHNIQUES)
        st.rerun()


@st.cache_data(max_entries=16, show_spinner="Searching each technique by itself")
def scores(name: str, version: int, _model: ScenarioModel, _runs: pd.DataFrame) -> pd.DataFrame:
    """What each technique alone would score; a version never changes."""
    return technique_scores(_model, _runs, tuple(TECHNIQUES))


def show_techniques() -> None:
    """The bars of figures 3-7: every technique at every level of a scenario."""
    names = [name for name, one in champions.items() if has_techniques(one.model)]
    if not names:
        st.info("Only the paper's scenarios choose among techniques; none of them is fitted.", icon=":material/info:")
        return
    name = pick_scenario(names)
    key = f"scored_{application}_{cluster}_{name}"
    st.caption("Each technique is searched by itself at each level, which takes from seconds to a minute.")
    if st.button("Score each technique", icon=":material/play_arrow:") or st.session_state.get(key):
        st.session_state[key] = True
        one = champions[name]
        found = scores(model_name(application, cluster, name), one.version, one.model, training_runs(name))
        figure = scenario_charts.technique_figure(found)
        shown.chart(figure, "techniques", alt=scenario_charts.technique_text(found))
        st.caption(
            "Ticked, in full colour: what the scenario chose. The last level by the paper's protocol; level 1 on its "
            "own data."
        )


def show_errors(kind: str) -> None:
    """Predicted against actual, or residuals by feature."""
    name = pick_scenario(list(champions))
    protocol = st.segmented_control(
        "Predicted", list(error_charts.PROTOCOLS), default=list(error_charts.PROTOCOLS)[-1], required=True,
        format_func=error_charts.PROTOCOLS.get, key="protocol", bind="query-params",
    )  # fmt: skip
    found = residuals(champions[name].model, training_runs(name))
    found = found[found["protocol"] == protocol]
    if found.empty:
        st.info("No configuration could be held out; profile more executors and cores.", icon=":material/info:")
        return
    if kind == ACTUAL:
        figure, text = error_charts.actual_figure(found), error_charts.actual_text(found)
        shown.chart(figure, "residuals", alt=text, data=found)
        st.caption(text)
    else:
        show_features(found)


def show_features(found: pd.DataFrame) -> None:
    """Residuals by one feature."""
    varied = [name for name in error_charts.FEATURES if name in found and found[name].nunique() > 1]
    if not varied:
        st.info("The runs vary no feature.", icon=":material/info:")
        return
    column = st.selectbox("By", varied, format_func=error_charts.FEATURES.get, key="by", bind="query-params", width=340)
    text = error_charts.feature_text(found, column)
    shown.chart(error_charts.feature_figure(found, column), "residuals", alt=text, data=found)
    shown.table(error_charts.feature_table(found, column), "residuals-by-level", alt="Residuals by level, in percent")


def show_coverage() -> None:
    """Whether intervals hold what they promise."""
    name = pick_scenario(list(champions))
    found = coverage(champions[name].model)
    shown.chart(error_charts.coverage_figure(found), "intervals", alt=error_charts.coverage_text(found))
    st.caption(
        "Above the line an interval is safer than it says, below it is not. The width for profiled configurations "
        "comes from the same runs; each configuration that was never seen is judged by the errors on the others."
    )


def show_curves() -> None:
    """Level 1 and level 2."""
    name = pick_scenario(list(champions))
    found = curves(champions[name].model, training_runs(name))
    if not found:
        st.info(
            "This scenario has one level. Scenarios 3 and 4 learn the effect of each feature by itself first.",
            icon=":material/info:",
        )
        return
    with st.grid(2, min_column_width=320):
        for number, curve in enumerate(found, 1):
            with st.container():
                st.markdown(f"**{literal(curve_charts.curve_title(curve))}**")
                figure, text = curve_charts.curve_figure(curve), curve_charts.curve_text(curve)
                shown.chart(figure, f"curve-{number}", alt=text)


def show_versions() -> None:
    """Any two registered versions of this pair's models."""
    known = state.store().registry.load(application=application, cluster=cluster)
    known = known[known["purged_at"].isna()].sort_values(["scenario", "version"]).reset_index(drop=True)
    labels = [f"scenario {row['scenario']} v{row['version']}" for _, row in known.iterrows()]
    if len(labels) < 2:
        st.info("There is one version only; fit another scenario, or again after new runs.", icon=":material/info:")
        return
    with st.container(horizontal=True):
        first = st.selectbox("One version", labels, len(labels) - 2, key="version_a", bind="query-params")
        second = st.selectbox("Another version", labels, len(labels) - 1, key="version_b", bind="query-params")
    rows = [known.loc[labels.index(label)] for label in (first, second)]
    pair = tuple(version_pair.load_version(row["name"], int(row["version"])) for row in rows)
    found = version_pair.both_predictions(*pair, runs)
    names = (first, second) if first != second else (first, f"{second} again")
    times = tuple(version_times(row["name"], int(row["version"])) for row in rows)
    table = version_pair.version_table(names, pair, times, found)
    shown.table(table, "versions", alt="Figures of both versions")
    if len(found):
        text = version_pair.versions_text(names, found)
        shown.chart(version_pair.versions_figure(names, found), "predictions-of-both", alt=text)
        st.caption(text)
    if rows[0]["name"] == rows[1]["name"] and first != second:
        st.markdown("**What else differs**")
        differing = state.store().registry.compare(rows[0]["name"], int(rows[0]["version"]), int(rows[1]["version"]))
        shown.table(differing.astype(str), "differences", alt="Fields in which the two versions differ")


with state.errors_on_page():
    if view == ACCURACY:
        show_accuracy()
    elif view == TECHNIQUE:
        show_techniques()
    elif view in (ACTUAL, RESIDUALS):
        show_errors(view)
    elif view == COVERAGE:
        show_coverage()
    elif view == CURVES:
        show_curves()
    else:
        show_versions()
