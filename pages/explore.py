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
    controls, results = st.columns([1, 2.2], gap="large")
    with controls:
        chosen = inputs.configuration(runs)
        price = inputs.price()
        scenario = st.segmented_control(
            "Scenario",
            [AUTO, *models],
            default=AUTO,
            required=True,
            key="scenario",
            bind="query-params",
            help="How the features are combined into a prediction; the table compares them.",
        )
    with results, state.errors_on_page():
        question = pd.DataFrame([chosen])
        fitted = {name: champion.model for name, champion in models.items()}
        answers = {name: prediction.answer(model, question, price).iloc[0] for name, model in fitted.items()}
        name = scenario if scenario in fitted else prediction.best_scenario(fitted, question)
        show_answer(name, answers[name], price.currency)
        sweep = charts.sweep_data(fitted[name], runs, chosen, inputs.executor_choices(runs), price)
        st.plotly_chart(charts.sweep_figure(sweep), width="stretch", alt=charts.sweep_text(sweep))
        if sweep.runs.empty:
            st.caption("No run was profiled with these cores and this data size, so the curve stands alone.")
        st.subheader("Scenarios compared")
        st.dataframe(comparison(answers, price.currency), hide_index=True, alt="Prediction and accuracy a scenario")
        st.caption(
            "Accuracy is 100 % minus the mean absolute percentage error. By the paper's protocol the model may know "
            "the configurations it is tested on; the honest figure is for configurations that it has never seen."
        )


def show_answer(name: str, answer: pd.Series, currency: str) -> None:
    """The big numbers, and what limits them."""
    low, high = formats.time_text(answer["predicted_low_s"]), formats.time_text(answer["predicted_high_s"])
    cheap, dear = (formats.money_text(answer[column], currency) for column in ("cost_low", "cost_high"))
    with st.grid(4, min_column_width=135):
        st.metric("Predicted time", formats.time_text(answer["predicted_s"]), border=True)
        st.metric("Cost", formats.money_text(answer["cost"], currency), border=True)
        st.metric("Images a second", formats.rate_text(inputs.images(runs, answer), answer["predicted_s"]), border=True)
        st.metric("Core-hours", f"{answer['core_hours']:,.3g}", border=True)
    if answer["predicted_s"] == answer["predicted_s"]:
        st.markdown(
            f"**{LEVEL:.0%} interval:** {formats.range_text(low, high)}, "
            f"{formats.range_text(cheap, dear)}. Exactly {answer['predicted_s']:,.1f} s by scenario {name}, "
            f"version {models[name].version}."
        )
    if answer["outside_profiled_range"]:
        st.warning(f"Outside the profiled range: {answer['note']}. The interval is widened.", icon=":material/warning:")
    elif answer["note"]:
        st.warning(answer["note"], icon=":material/block:")


def comparison(answers: dict[str, pd.Series], currency: str) -> pd.DataFrame:
    """One row a scenario."""
    return pd.DataFrame(
        [
            {
                "Scenario": name,
                "Predicted time": formats.time_text(answer["predicted_s"]),
                "Interval": formats.range_text(
                    formats.time_text(answer["predicted_low_s"]), formats.time_text(answer["predicted_high_s"])
                ),
                "Cost": formats.money_text(answer["cost"], currency),
                "Accuracy, never seen": formats.percent_text(models[name].model.accuracy_.get(HELD_OUT)),
                "Accuracy, paper's protocol": formats.percent_text(models[name].model.accuracy_.get(PAPER)),
                "Note": answer["note"],
            }
            for name, answer in answers.items()
        ]
    )


what_if()
