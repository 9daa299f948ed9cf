"""Training on Spark: where the time goes, what each way of sharing costs and reaches, and what a search tried."""

import pandas as pd
import streamlit as st

from pages.ui.shared import inputs, origins, shown, state
from pages.ui.shared.sidebar import chosen_pair
from pages.ui.shared.text import literal
from pages.ui.training import training_charts, trainings
from perfmodel.report.explanations import generated_among

TIME, COST = "Time", "Cost"

_, cluster = chosen_pair()
st.title("Training")
st.markdown(
    f"The CIFAR-10 network, trained on **{literal(cluster)}**: what its layers take, what the ways to share a step "
    "cost and reach, and what searches for hyper-parameters tried."
)


def show_command(what: str, command: str) -> None:
    """Say how to get what is not there."""
    st.info(what, icon=":material/info:")
    st.code(command, language=None, wrap_lines=True)


def show_no_arms() -> None:
    """Say how to measure trainings, and where some are."""
    show_command(
        "No training was measured on this cluster yet.",
        "python -m runner train --arm barrier --images 10000 --executors 1,2 --cores 1",
    )
    for other in trainings.clusters():
        st.button(
            f"Trainings on {literal(other)}", key=f"go_{other}", icon=":material/arrow_forward:",
            on_click=lambda other=other: st.session_state.update(cluster=other),
        )  # fmt: skip


@st.fragment
def show_arms(runs: pd.DataFrame) -> None:
    """Rerun alone when time or cost is chosen."""
    price = inputs.price()
    rows = training_charts.trainings_data(runs, price)
    st.markdown(training_charts.outcomes_text(rows))
    by = st.segmented_control("Accuracy against", [TIME, COST], default=TIME, required=True, key="accuracy_against")
    column, title = ("completion_time_s", "Seconds") if by == TIME else ("cost", f"Cost ({price.currency})")
    left, right = st.columns(2, gap="large")
    figure, text = training_charts.outcomes_figure(rows, column, title), training_charts.outcomes_text(rows)
    with left:
        shown.chart(figure, "outcomes", alt=text)
    epochs = training_charts.epochs_figure(training_charts.epochs_data(runs))
    with right:
        shown.chart(epochs, "epochs", alt=f"Test accuracy by epoch. {text}")
    medians = training_charts.arms_table(rows).round(2)
    shown.table(medians, "arms", column_config=training_charts.ARM_LABELS, alt="Medians of each arm")
    st.caption(
        "Seconds of a training: computing gradients, exchanging them and weights, and scheduling, the start of Python "
        "workers included. Trainings that lost a worker or had more cores than the machine are left out. Images named "
        "cifar-like are generated: their accuracy says nothing about CIFAR-10."
    )


def show_layers() -> None:
    """The plain NumPy network, layer by layer."""
    with state.errors_on_page():
        profile = trainings.layers(cluster)
    if profile is None:
        show_command("No profile of the layers is stored yet.", "python -m runner layers")
        return
    rows = training_charts.layers_data(profile)
    shown.chart(training_charts.layers_figure(rows), "layers", alt=training_charts.layers_text(rows))
    st.caption(
        f"{training_charts.layers_text(rows)} {profile['images']:,} generated images an iteration on "
        f"{literal(profile['name'])}, {profile['threads']} threads. Deck: {profile['deck']}."
    )
    with st.expander("Parts of convolution and pooling", icon=":material/table:"):
        parts = pd.DataFrame([row for row in profile["rows"] if row["part"]])
        shown.table(parts, "layer-parts", column_config=training_charts.PART_LABELS, alt="Seconds of each part")


@st.fragment
def show_trials() -> None:
    """Rerun alone when another search is chosen."""
    with state.errors_on_page():
        studies = trainings.trials()
    if not studies:
        show_command("No search was made yet.", "python -m runner tune --images 5000 --trials 12 --executors 2")
        return
    trials = studies[st.selectbox("Search", list(studies), key="study")]
    origins.show_generated(generated_among(trials.get("dataset", ())))
    text = training_charts.trials_text(trials)
    shown.chart(training_charts.trials_figure(trials), "trials-by-rate", alt=text)
    st.caption(f"{text} Larger marks have more filters. Accuracy is on the images that the search compares trials by.")
    shown.table(
        training_charts.trials_table(trials), "trials", column_config=training_charts.TRIAL_LABELS,
        alt="All trials, the best first",
    )  # fmt: skip


arms, layers, trials = st.tabs(["Arms", "Layers", "Trials"], key="training_view", bind="query-params")
with arms:
    with state.errors_on_page():
        runs = trainings.runs(cluster)
    if runs.empty:
        show_no_arms()
    else:
        origins.show(runs)
        show_arms(runs)
with layers:
    show_layers()
with trials:
    show_trials()
