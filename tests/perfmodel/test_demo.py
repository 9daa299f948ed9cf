from __future__ import annotations

from itertools import product

import pandas as pd

from perfmodel import demo
from perfmodel.evidence.causes import usable
from perfmodel.evidence.jobs import comparable, job_of


def test_the_measured_campaign_is_whole():
    """Every CNN on every combination of its grid, each run valid, none of them another's repeat."""
    runs = demo.measured_runs(demo.INFERENCE)
    assert set(runs["status"]) == {"ok"}
    assert not runs["run_id"].duplicated().any()
    varied = ["num_executors", "executor_cores", "executor_memory_gb", "images_per_partition", "sampling_rate_pct"]
    assert not runs.duplicated(["application", *varied, "repeat"]).any()
    grids = {name: set(found[varied].itertuples(index=False, name=None)) for name, found in runs.groupby("application")}
    assert grids.keys() == {"inception_v4", "resnet50", "xception"}
    layouts = [(1, 1), (1, 2), (2, 1)]
    wanted = {(*layout, *rest) for layout in layouts for rest in product((1.0, 2.0), (25, 50, 100), (1.0, 10.0, 100.0))}
    assert all(grid == wanted for grid in grids.values())


def test_measured_trainings_are_enough_of_one_kind():
    """Every combination of the driver's arm, the other arms beside it, nothing lost, images called generated."""
    runs = demo.measured_runs(demo.TRAININGS)
    settings = pd.DataFrame(runs["settings"].tolist())
    assert len(runs) >= 40
    assert set(runs["application"]) == {"cifar_cnn"}
    assert set(runs["status"]) == {"ok"}
    assert not runs["run_id"].duplicated().any()
    assert settings["dataset"].str.startswith("cifar-like").all()
    assert (settings["recoveries"] == 0).all()
    assert set(settings["arm"]) == {"driver", "barrier", "one-process", "numpy"}
    learned = comparable(usable(runs))
    assert set(learned["settings"].map(job_of)) == {"arm driver, epochs 5, device cpu"}
    varied = ["num_executors", "executor_cores", "images_per_partition", "sampling_rate_pct"]
    layouts = [(1, 1), (1, 2), (2, 1)]
    wanted = {(*layout, *rest) for layout in layouts for rest in product((250, 500, 1000), (10.0, 30.0, 100.0))}
    assert set(learned[varied].itertuples(index=False, name=None)) == wanted
