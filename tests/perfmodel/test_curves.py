from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from perfmodel.curves import curves
from perfmodel.features import feature_matrix


def test_a_product_scenario_has_a_curve_a_feature_and_level_2(paper_model, paper_runs):
    found = curves(paper_model, paper_runs)
    assert [curve.level for curve in found] == ["1/executor_cores", "1/num_executors", "sampling_rate_pct", "final"]
    assert [curve.column for curve in found] == ["executor_cores", "num_executors", "sampling_rate_pct", "product"]
    assert all(len(curve.points) and len(curve.line) for curve in found)


def test_the_line_is_what_the_level_predicts(paper_model, paper_runs):
    cores = curves(paper_model, paper_runs)[0]
    asked = pd.DataFrame({"executor_cores": cores.line["x"]})
    expected = paper_model.regressor_.level1_["1/executor_cores"].predict(feature_matrix(asked, ["1/executor_cores"]))
    assert np.array_equal(cores.line["y"], expected)
    assert cores.points["y"].between(0, 1).all()


def test_the_data_size_is_drawn_up_to_the_whole_data_set(paper_model, paper_runs):
    rate = curves(paper_model, paper_runs)[2]
    assert (rate.points["x"].max(), rate.line["x"].max()) == (10, 100)


def test_level_2_predicts_seconds_from_the_product(paper_model, paper_runs):
    last = curves(paper_model, paper_runs)[-1]
    assert last.points["y"].max() == pytest.approx(last.line["y"].max(), rel=0.3)


def test_a_scenario_of_one_level_has_no_curves(paper_baseline, paper_runs):
    assert curves(paper_baseline, paper_runs) == []
