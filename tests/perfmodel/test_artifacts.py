from __future__ import annotations

import pickle

import numpy as np
import pytest
import skops.io
from sklearn.svm import SVR

from perfmodel import artifacts
from perfmodel.answers.prediction import question
from perfmodel.errors import PerfmodelError
from perfmodel.model import FORMAT, ScenarioModel


def test_a_model_comes_back_with_the_same_answers(paper_model):
    again = artifacts.load(artifacts.dump(paper_model))
    asked = question(3, 8, 8, 100)
    np.testing.assert_array_equal(again.predict(asked), paper_model.predict(asked))
    np.testing.assert_array_equal(again.predict_interval(asked), paper_model.predict_interval(asked))
    assert again.accuracy_ == paper_model.accuracy_
    assert again.outside(question(9, 8, 8, 100)) == paper_model.outside(question(9, 8, 8, 100))


def test_a_pickle_is_refused():
    with pytest.raises(PerfmodelError, match="cannot be read"):
        artifacts.load(pickle.dumps({"a": 1}))


class Stranger:
    """A class that is not on the allow-list."""


def test_a_type_that_is_not_ours_is_refused():
    with pytest.raises(PerfmodelError, match="not ours"):
        artifacts.load(skops.io.dumps(Stranger()))


def test_another_estimator_is_refused():
    with pytest.raises(PerfmodelError, match="holds a SVR"):
        artifacts.load(skops.io.dumps(SVR()))


def test_a_model_of_another_format_says_what_to_do(grid_runs):
    model = ScenarioModel("5").fit(grid_runs, grid_runs["completion_time_s"])
    model.format_ = 0
    with pytest.raises(PerfmodelError, match=f"format 0 and this Sparkcast reads format {FORMAT}; fit it again"):
        artifacts.load(artifacts.dump(model))


def test_what_differs_from_the_recorded_environment_is_named():
    here = artifacts.environment()
    assert artifacts.differences(here) == {}
    recorded = {**here, "numpy": "1.0"}
    del recorded["skops"]
    assert artifacts.differences(recorded) == {"numpy": ("1.0", here["numpy"]), "skops": ("unknown", here["skops"])}
