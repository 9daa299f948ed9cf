from __future__ import annotations

import pandas as pd
import pytest

from pages.ui.training import training_charts
from perfmodel.answers.cost import Price


def run(run_id: str, arm: str, seconds: float, accuracies: list[float], **more: object) -> dict:
    settings = {
        "arm": arm, "epochs": len(accuracies), "test_accuracy_pct": accuracies, "epoch_s": [2.0] * len(accuracies),
        "compute_s": 3.0, "exchange_s": 0.5, "scheduling_s": 1.0, **more,
    }  # fmt: skip
    return {
        "run_id": run_id, "num_executors": 2, "executor_cores": 1, "total_cores": 2, "executor_memory_gb": 1.0,
        "input_images": 1000, "images_per_partition": 500, "completion_time_s": seconds, "settings": settings,
    }  # fmt: skip


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    return pd.DataFrame(
        [
            run("a", "driver", 36.0, [30.0, 40.0]),
            run("b", "barrier", 18.0, [35.0, 45.0]),
            run("c", "driver", 38.0, [31.0, 41.0]),
        ]
    )


def test_a_training_costs_its_cores_and_its_memory_for_its_time(runs):
    rows = training_charts.trainings_data(runs, Price(1.0, 0.5))
    assert rows["cost"].tolist() == pytest.approx([0.03, 0.015, 0.03 * 38 / 36])
    assert rows["accuracy_pct"].tolist() == [40.0, 45.0, 41.0]
    assert rows["configuration"].unique().tolist() == ["2 x 1"]


def test_epochs_add_up_their_seconds(runs):
    rows = training_charts.epochs_data(runs)
    assert rows.loc[rows["run_id"] == "a", "seconds"].tolist() == [2.0, 4.0]
    drawn = training_charts.epochs_figure(rows).data
    assert [trace.name for trace in drawn if trace.showlegend] == ["driver", "barrier"]
    assert len(drawn) == 3


def test_arms_are_compared_by_their_medians(runs):
    table = training_charts.arms_table(training_charts.trainings_data(runs, Price(1.0, 1.0))).set_index("arm")
    assert table["completion_time_s"].to_dict() == {"barrier": 18.0, "driver": 37.0}
    assert table["runs"].to_dict() == {"barrier": 1, "driver": 2}


@pytest.mark.parametrize(
    "other",
    [
        {"images_per_partition": 250}, {"input_images": 500}, {"executor_memory_gb": 2.0}, {"total_cores": 3},
        {"settings": {"learning_rate": 0.1}}, {"settings": {"device": "gpu"}}, {"settings": {"dataset": "photos"}},
        {"settings": {"epochs": 3}}, {"settings": {"learning_rate": {"odd": 1}}},
    ],
)  # fmt: skip
def test_trainings_that_differ_in_their_work_have_medians_of_their_own(other):
    one, two = (run(name, "driver", 36.0, [40.0], learning_rate=0.02, device="cpu", dataset="s") for name in "ab")
    two |= other | {"settings": two["settings"] | other.get("settings", {})}
    table = training_charts.arms_table(training_charts.trainings_data(pd.DataFrame([one, two]), Price(1.0, 1.0)))
    assert table["runs"].tolist() == [1, 1]


def test_uneven_executors_are_told_apart():
    uneven = run("a", "driver", 36.0, [40.0]) | {"executor_cores": 2, "total_cores": 3}
    unsaid = run("b", "driver", 36.0, [40.0]) | {"executor_cores": 2, "total_cores": float("nan")}
    rows = training_charts.trainings_data(pd.DataFrame([uneven, unsaid]), Price(1.0, 1.0))
    assert rows["configuration"].tolist() == ["1 x 2 + 1 x 1", "2 x 2"]


def test_the_text_names_the_most_accurate(runs):
    rows = training_charts.trainings_data(runs, Price(1.0, 1.0))
    assert training_charts.outcomes_text(rows) == (
        "Accuracy of 3 trainings: 40.0 % to 45.0 %; the most accurate took 18.0 s on 2 x 1 with the arm barrier."
    )
    drawn = training_charts.outcomes_figure(rows, "cost", "Cost").data
    assert {trace.name: len(trace.x) for trace in drawn} == {"driver": 2, "barrier": 1}


def test_costs_are_drawn_also_when_nothing_costs_anything(runs):
    for price, kind in ((Price(1.0, 1.0), "log"), (Price(0.0, 0.0), None)):
        rows = training_charts.trainings_data(runs, price)
        assert training_charts.outcomes_figure(rows, "cost", "Cost").layout.xaxis.type == kind


def test_layers_stand_beside_the_decks():
    rows = [
        {"layer": "relu", "direction": "forward", "part": "", "seconds": 0.1, "deck_s": 0.5},
        {"layer": "pooling", "direction": "forward", "part": "", "seconds": 0.3, "deck_s": 2.0},
        {"layer": "pooling", "direction": "forward", "part": "argmax", "seconds": 0.2, "deck_s": 0.3},
    ]
    data = training_charts.layers_data({"rows": rows})
    assert data["what"].tolist() == ["relu, forward", "pooling, forward"]
    here, deck = training_charts.layers_figure(data).data
    assert (list(here.x), list(deck.x)) == ([0.1, 0.3], [0.5, 2.0])
    assert training_charts.layers_text(data).endswith("the longest is pooling, forward with 0.30 s.")


def test_trials_are_drawn_by_optimiser():
    trials = pd.DataFrame(
        {
            "number": [0, 1], "optimiser": ["sgd", "adam"], "learning_rate": [0.1, 0.01], "batch": [10, 20],
            "filters": [8, 16], "accuracy_pct": [50.0, 60.0], "loss": [1.5, 1.2], "seconds": [9.0, 8.0],
        }
    )  # fmt: skip
    figure = training_charts.trials_figure(trials)
    assert {trace.name for trace in figure.data} == {"sgd", "adam"}
    assert figure.layout.xaxis.type == "log"
    assert training_charts.trials_table(trials)["number"].tolist() == [1, 0]
    assert training_charts.trials_text(trials).startswith("2 trials; the best, trial 1, reached 60.0 % with adam")
