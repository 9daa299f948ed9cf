from __future__ import annotations

import pytest

from perfmodel import catalog
from perfmodel.answers.prediction import question
from perfmodel.errors import CannotPredictError
from store import ArtefactError
from tests.perfmodel.catalog.small import PAIR, fit


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
