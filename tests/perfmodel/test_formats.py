"""Models that the first release saved answer as they did then."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from perfmodel import artifacts
from perfmodel.model import FORMAT
from perfmodel.scores.residuals import residuals
from store import Store, open_store
from tests.store.first_release import SAID, unpack


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return open_store(unpack(tmp_path_factory.mktemp("first")))


@pytest.mark.parametrize("scenario", sorted(SAID["said"]))
def test_a_model_of_format_1_predicts_as_it_did(old: Store, scenario: str) -> None:
    said, asked = SAID["said"][scenario], pd.DataFrame(SAID["asked"])
    assert said["format"] == 1
    model = artifacts.load(old.registry.artefact(f"resnet50@lab/{scenario}"))
    assert model.format_ == FORMAT
    np.testing.assert_allclose(model.predict(asked), said["predicted_s"], rtol=1e-12)
    low, high = model.predict_interval(asked)
    inside = [not columns for columns in model.outside(asked)]
    assert sum(inside) >= 2
    np.testing.assert_allclose(low[inside], np.array(said["low_s"])[inside], rtol=1e-9)
    np.testing.assert_allclose(high[inside], np.array(said["high_s"])[inside], rtol=1e-9)


def test_a_model_of_format_1_can_be_looked_at(old: Store) -> None:
    model = artifacts.load(old.registry.artefact("resnet50@lab/4-2"))
    found = residuals(model, old.runs.load(status="ok"))
    assert set(found["protocol"]) == {"paper"}, "what was held out was not kept"
    assert (found["residual_s"] == found["actual_s"] - found["predicted_s"]).all()
