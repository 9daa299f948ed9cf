"""What-if: sliders in, time and cost of every scenario out."""

import pandas as pd
import streamlit as st

from pages.ui import charts, formats, inputs, origins, state
from pages.ui.sidebar import chosen_pair
from perfmodel import prediction
from perfmodel.accuracy import HELD_OUT, PAPER
from perfmodel.model import LEVEL

AUTO = "Most accurate"

application, cluster = chosen_pair()
with state.errors_on_page():
    runs = state.runs(application, cluster)
    models = state.models(application, cluster)

st.title("Explore")
st.markdown(f"How long **{application}** takes on **{cluster}**, what it costs, and how sure that is.")
origins.show(runs)


@st.fragment
def what_if() -> None:
    """Rerun alone when a slider moves."""
    headline = st.container()
    controls, results = st.columns([1, 2.4], gap="large")
    with controls:
        chosen = inputs.configuration(runs)
        price = inputs.price()
        scenario = st.selectbox(
            "Scenario",
            [AUTO, *models],
            key="scenario",
            bind="query-params",
            help="How the features are combined into a prediction; the table compares them.",
        )
    with state.errors_on_page():
        question = pd.DataFrame([chosen])
        fitted = {name: champion.model for name, champion in models.items()}
        answers = {name: prediction.answer(model, question, price).iloc[0] for name, model in fitted.items()}
        name = scenario if scenario in fitted else prediction.best_scenario(fitted, question)
    with headline:
        show_answer(name, answers[name], price.currency)
    with results:
        if answers[name]["note"]:
            st.warning(warning_text(answers[name]), icon=":material/warning:")
        sweep = charts.sweep_data(fitted[name], runs, chosen, inputs.executor_choices(runs), price)
        show_sweep(sweep)
        show_comparison(answers, price.currency)


def show_answer(name: str, answer: pd.Series, currency: str) -> None:
    """The big numbers, and what limits them."""
    with st.grid(4, min_column_width=170):
        st.metric("Predicted time", formats.time_text(answer["predicted_s"]), border=True)
        st.metric(f"Cost ({currency})", formats.amount_text(answer["cost"]), border=True)
        st.metric("Images a second", formats.rate_text(inputs.images(runs, answer), answer["predicted_s"]), border=True)
        st.metric("Core-hours", formats.number_text(answer["core_hours"]), border=True)
    if not answer["note"] or answer["outside_profiled_range"]:
        st.markdown(
            f"**{LEVEL:.0%} interval:** {time_interval(answer)}, at {cost_interval(answer, currency)}. "
            f"Exactly {answer['predicted_s']:,.1f} s by scenario {name}, version {models[name].version}."
        )


def warning_text(answer: pd.Series) -> str:
    """Why there is no answer, or why it is less sure."""
    if pd.isna(answer["predicted_s"]):
        return answer["note"]
    return f"Outside the profiled range, so the interval is wider. {answer['note'].capitalize()}."


def time_interval(answer: pd.Series) -> str:
    """The interval as times."""
    return formats.range_text(
        *(formats.time_text(answer[column]) for column in ("predicted_low_s", "predicted_high_s"))
    )


def cost_interval(answer: pd.Series, currency: str) -> str:
    """The interval as amounts."""
    return formats.range_text(*(formats.money_text(answer[column], currency) for column in ("cost_low", "cost_high")))


def show_sweep(sweep: charts.Sweep) -> None:
    """Time against executors."""
    if sweep.curve["predicted_s"].notna().any():
        st.plotly_chart(charts.sweep_figure(sweep), width="stretch", alt=charts.sweep_text(sweep))
    if sweep.runs.empty:
        st.caption("No run was profiled with these cores and this data size, so there are no points to compare with.")


def show_comparison(answers: dict[str, pd.Series], currency: str) -> None:
    """All scenarios on the same question, with both accuracies."""
    st.subheader("Scenarios compared")
    rows = [
        {
            "Scenario": name,
            "Predicted time": formats.time_text(answer["predicted_s"]),
            "Interval": time_interval(answer),
            "Cost": formats.money_text(answer["cost"], currency),
            "Accuracy, never seen": formats.percent_text(models[name].model.accuracy_.get(HELD_OUT)),
            "Accuracy, paper's protocol": formats.percent_text(models[name].model.accuracy_.get(PAPER)),
        }
        for name, answer in answers.items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Prediction and accuracy of each scenario")
    for answer in answers.values():
        if pd.isna(answer["predicted_s"]):
            st.caption(f"{answer['note'].capitalize()}.")
    st.caption(
        "Accuracy is 100 % minus the mean absolute percentage error. By the paper's protocol the model may know the "
        "configurations that it is tested on; the other figure is for configurations that it has never seen."
    )


what_if()
