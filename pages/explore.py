"""What-if: sliders in, time and cost of every scenario out."""

import pandas as pd
import streamlit as st

from pages.ui.explore import headline, heatmap, sweep_charts, whatifs, why
from pages.ui.shared import evidence, formats, guide, inputs, origins, shown, state
from pages.ui.shared.sidebar import chosen_pair
from pages.ui.shared.text import counted, literal
from perfmodel.answers import prediction
from perfmodel.answers.cost import Price
from perfmodel.evidence.memory_safety import memory_safety
from perfmodel.model import LEVEL, ScenarioModel
from perfmodel.scores.accuracy import HELD_OUT, PAPER

AUTO = "Most accurate"
LAW = "5"
TIME, COST, HEAT = "Time", "Cost", "Executors x cores"
PREFERRED_PX = 120  # what "4-2 (preferred)" takes
UNANSWERED = pd.Series(dict.fromkeys(("predicted_s", "predicted_low_s", "predicted_high_s", "cost"), float("nan")))

application, cluster = chosen_pair()
st.title("Explore")
with state.errors_on_page():
    runs = state.runs_to_learn_from(application, cluster)
    models = state.models(application, cluster)
fitted = {name: champion.model for name, champion in models.items()}

st.markdown(
    f"How long **{literal(application)}** takes on **{literal(cluster)}**, what it costs, and how sure that is."
)
origins.show(runs)
guide.show()


@st.fragment
def what_if() -> None:
    """Rerun alone when a slider moves."""
    top = st.container()
    controls, results = st.columns([1, 2.4], gap="large")
    with controls, state.errors_on_page():
        chosen = inputs.configuration(runs)
        price = inputs.price()
        question = pd.DataFrame([chosen])
        answered, unsure = prediction.answer_each(fitted, question, price)
        scenario = st.selectbox(
            "Scenario",
            [AUTO, *answered],
            key="scenario",
            bind="query-params",
            help="How the features are combined into a prediction; the table compares them.",
        )
        pinned = show_pin(chosen)
    with state.errors_on_page():
        best = prediction.best_answered(fitted, answered)
        answers = {name: rows.iloc[0] for name, rows in answered.items()}
        name = scenario if scenario in answers else best
        baseline = None if pinned is None else prediction.answer(fitted[name], pd.DataFrame([pinned]), price).iloc[0]
    whatifs.note((application, cluster), chosen, answers[name], name, price.currency)
    with top:
        show_answer(name, answers[name], baseline, price.currency)
    with results:
        if answers[name]["note"]:
            st.warning(warning_text(answers[name]), icon=":material/warning:")
        show_chart(fitted[name], chosen, price)
        show_why(question, chosen)
        show_comparison(answers, unsure, best, price.currency)
        show_history()


def show_pin(chosen: pd.Series) -> pd.Series | None:
    """What to compare with, and the address of this screen; returns the baseline."""
    with st.container(horizontal=True):
        st.button(
            "Pin as baseline", icon=":material/keep:", key="pin_button",
            on_click=lambda: st.session_state.update(pin=whatifs.pin_text(chosen)),
            help="Compare what you look at from now on with this.",
        )  # fmt: skip
        with st.popover("Link", icon=":material/link:"):
            st.caption("This address shows the same screen to anybody who can reach this app.")
            st.code(whatifs.link(st.context.url or "", dict(st.session_state)), language=None, wrap_lines=True)
    text = st.text_input(
        "Baseline", key="pin", bind="query-params", placeholder="none",
        help="Executors x cores, memory, images a partition, share of the data set. Empty for none.",
    )  # fmt: skip
    pinned = whatifs.read_pin(text) if text else None
    if text and pinned is None:
        st.caption(f":material/error: No configuration; write it like {whatifs.pin_text(chosen)}")
    return pinned


def show_answer(name: str, answer: pd.Series, baseline: pd.Series | None, currency: str) -> None:
    """The big numbers, and what limits them."""
    images = [0.0 if row is None else inputs.images(runs, row) for row in (answer, baseline)]
    headline.show(answer, baseline, *images, currency)
    if not answer["note"] or answer["outside_profiled_range"]:
        st.markdown(
            f"**{LEVEL:.0%} interval:** {headline.interval_text(answer, images[0], currency)}. "
            f"Exactly {answer['predicted_s']:,.1f} s by scenario {name}, version {models[name].version}."
        )


def warning_text(answer: pd.Series) -> str:
    """Why there is no answer, or why it is less sure."""
    if pd.isna(answer["predicted_s"]):
        return answer["note"]
    return f"Outside the profiled range, so the interval is wider. {answer['note'].capitalize()}."


def show_chart(model: ScenarioModel, chosen: pd.Series, price: Price) -> None:
    """Time or cost against executors, or both over executors and cores."""
    kind = st.segmented_control(
        "Chart", [TIME, COST, HEAT], default=TIME, required=True, key="chart", bind="query-params"
    )
    executors, cores = inputs.executor_choices(runs), inputs.core_choices(runs)
    if kind == HEAT:
        heat = heatmap.heat_data(model, runs, chosen, executors, cores, price)
        shown.chart(
            heatmap.heat_figure(heat), "executors-by-cores", alt=heatmap.heat_text(heat), data=heatmap.heat_table(heat)
        )
        st.caption(
            f"Colour: time. Dashed lines: equal cost in {price.currency}. Dotted frame: what was profiled. Diamond: "
            "your choice."
        )
        return
    sweep = sweep_charts.sweep_data(model, runs, chosen, executors, price, sweep_charts.other_cores(runs))
    if sweep.curve["predicted_s"].notna().any():
        is_time = kind == TIME
        figure = sweep_charts.sweep_figure(sweep) if is_time else sweep_charts.cost_figure(sweep, price.currency)
        text = sweep_charts.sweep_text(sweep) if is_time else sweep_charts.cost_text(sweep, price.currency)
        shown.chart(figure, f"{kind.lower()}-by-executors", alt=text)
    if sweep.runs.empty:
        st.caption("No run was profiled with these cores and this data size, so there are no points to compare with.")
    elif kind == COST:
        st.caption("A profiled run costs its own time and memory at your price; the curve is for the memory you chose.")


def show_why(question: pd.DataFrame, chosen: pd.Series) -> None:
    """Where the time goes, and whether the memory is enough."""
    st.header("Why this long")
    sentences = list(why.time_sentences(fitted[LAW], question)) if LAW in fitted else []
    if sentences:
        st.markdown("\n".join(f"- {text}" for text in sentences))
        st.caption("By the law of scenario 5, which adds up start-up and work.")
    else:
        st.caption("Scenario 5 says where the time goes, and it is not fitted for these runs.")
    with state.errors_on_page():
        known = evidence.all_runs(application, cluster)
    found = memory_safety(known, int(chosen["executor_cores"]), chosen.get("images_per_partition"))
    st.markdown(f"**Memory:** {why.memory_sentence(found, float(chosen['executor_memory_gb']))}")


def show_comparison(answers: dict[str, pd.Series], unsure: dict[str, str], best: str, currency: str) -> None:
    """All scenarios on the same question, with both accuracies; those in `unsure` with the reason."""
    st.header("Scenarios compared")
    listed = answers | dict.fromkeys(unsure, UNANSWERED)
    accuracies = {name: models[name].model.accuracy_ for name in listed}
    rows = [
        {
            "Scenario": f"{name} (preferred)" if name == best else name,
            "Predicted time": formats.time_text(answer["predicted_s"]),
            "Interval": headline.time_interval(answer),
            "Cost": formats.money_text(answer["cost"], currency),
            "Never seen": formats.percent_text(accuracies[name].get(HELD_OUT)),
            "Paper's protocol": formats.percent_text(accuracies[name].get(PAPER)),
        }
        for name, answer in listed.items()
    ]
    figures = pd.DataFrame([answer[list(UNANSWERED.index)] for answer in listed.values()], index=list(listed))
    saved = figures.assign(
        currency=currency,
        never_seen_pct=[accuracies[name].get(HELD_OUT) for name in listed],
        paper_protocol_pct=[accuracies[name].get(PAPER) for name in listed],
    ).reset_index(names="scenario")
    st.markdown(why.preferred_sentence(best, {name: one.model for name, one in models.items()}, answers))
    shown.table(
        pd.DataFrame(rows), "scenarios", alt="Prediction and accuracy of each scenario", saved=saved,
        column_config={"Scenario": st.column_config.TextColumn(width=PREFERRED_PX)},
    )  # fmt: skip
    silent = [answer["note"] for answer in answers.values() if pd.isna(answer["predicted_s"])]
    for reason in [*silent, *unsure.values()]:
        st.caption(f"{reason.capitalize()}.")
    st.caption(
        "The last two columns are accuracies, 100 % minus the mean absolute percentage error: on configurations that "
        "the scenario has never seen, and by the paper's protocol, where it may know what it is tested on."
    )


def show_history() -> None:
    """The what-ifs of this session, to go back to."""
    pair = (application, cluster)
    table = whatifs.history_table(pair)
    # Its label stays the same: with another one, such as after a slider's move, it would close.
    with st.expander("What-ifs of this session", key="history", icon=":material/history:"):
        event = shown.table(
            table, "what-ifs", on_select="rerun", selection_mode="single-row", key=f"history_{'@'.join(pair)}",
            alt=f"{counted(len(table), 'what-if')} of this session, the last one first",
        )  # fmt: skip
        with st.container(horizontal=True):
            rows = event.selection.rows
            st.button(
                "Go back to it", icon=":material/undo:", key="go_back", disabled=not rows,
                on_click=whatifs.go_back, args=(pair, rows[0] if rows else 0),
                help="Select a row first.",
            )  # fmt: skip
            st.button("Clear", icon=":material/delete:", key="forget", on_click=whatifs.forget, args=(pair,))


what_if()
