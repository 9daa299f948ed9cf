from __future__ import annotations

import pytest

from perfmodel import catalog
from perfmodel.answers.prediction import question
from perfmodel.errors import CannotPredictError, NotEnoughRunsError
from perfmodel.model import ScenarioModel
from store import ArtefactError
from tests.perfmodel.catalog.small import PAIR, fit, undone_after_fit


def test_champions_answer_like_the_model_that_was_fitted(store):
    fit(store)
    predicted = catalog.champions(store, *PAIR)["4-2"].model.predict(question(2, 4, 2, 100))
    assert predicted[0] == pytest.approx(600 * 100 / 8, rel=1e-3)


def test_a_pair_without_models_says_how_to_fit_one(store):
    with pytest.raises(CannotPredictError, match="perfmodel fit --application tiny --cluster test"):
        catalog.champions(store, *PAIR)


def test_a_tampered_artefact_is_not_loaded(store):
    fit(store, scenarios=["4-2"])
    for path in store.home.artifacts.rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ArtefactError):
        catalog.champions(store, *PAIR)


def test_a_scenario_without_a_model_is_refused_with_those_that_have_one():
    models = {"5": catalog.Champion(1, ScenarioModel("5"))}
    assert catalog.champion_of(models, "5") is models["5"]
    with pytest.raises(CannotPredictError, match="scenario '9' has no registered model; there are 5"):
        catalog.champion_of(models, "9")


def test_a_version_whose_runs_are_gone_says_so(tmp_path, few_runs):
    store = undone_after_fit(tmp_path, few_runs)
    slower = few_runs.assign(completion_time_s=2 * few_runs["completion_time_s"])
    store.runs.add(slower.assign(application=PAIR[0], cluster=PAIR[1], origin="measured"))
    runs = catalog.usable_runs(store, *PAIR)
    assert len(runs) == len(few_runs)
    with pytest.raises(NotEnoughRunsError, match="none of the runs that tiny@test/5 v1 was fitted on"):
        catalog.training_runs(store, "tiny@test/5", 1, runs)
