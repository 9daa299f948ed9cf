from __future__ import annotations

import pytest

from perfmodel.errors import UnknownNameError
from perfmodel.paper.published import applications, published, published_application, published_effects, reported


def test_the_three_cnns_of_the_paper():
    assert applications() == ("inception_v4", "resnet50", "xception")


def test_figures_are_typed_and_complete():
    resnet = published_application("resnet50")
    assert resnet.by_cores == {2: 1, 4: 0.65, 6: 0.51, 8: 0.47}
    assert resnet.by_executors == {1: 1, 2: 0.50, 3: 0.34}
    assert resnet.by_sampling_rate == {1.0: 0.0107, 10.0: 0.100, 100.0: 1.0}
    assert resnet.baseline_t1_s == 5182 * 60
    assert (resnet.memory.low, resnet.memory.high) == (0.95, 1)


def test_grid_of_table_9_counts_its_runs():
    grid = published()["grid_table_9"]
    axes = ("executor_memory_gb", "num_executors", "executor_cores", "images_per_partition", "sampling_rate_pct")
    product = 1
    for axis in axes:
        product *= len(grid[axis])
    assert product == grid["runs"] == 1260


def test_an_unknown_application_is_refused_with_the_known_ones():
    with pytest.raises(UnknownNameError, match=r"vgg16.*inception_v4, resnet50, xception"):
        published_application("vgg16")


def test_reports_are_looked_up_as_the_paper_says_them():
    assert reported("baseline", "xception").accuracy_pct == 92.4
    assert (reported("4-2", "xception").accuracy, reported("4-2", "xception").technique) == ("99.8", "lv2 Lasso")
    assert reported("3-1", "resnet50").accuracy == "over 98 (lv1 over 99)"
    assert reported("3-1", "resnet50").accuracy_pct == 98
    assert [reported("1", cnn).technique for cnn in applications()] == ["Lasso", "MLP", "Lasso"]


def test_reported_times_are_seconds():
    assert reported("4-2", "resnet50").t1_s == 570 * 60
    assert reported("3-2", "resnet50").t1_s == 5182 * 60
    assert reported("3-2", "resnet50").t2_s == 20 * 60
    assert reported("3-2", "resnet50").total_s == 5202 * 60
    assert reported("2", "resnet50").t1_s is None
    assert reported("2", "resnet50").total_s is None


@pytest.mark.parametrize(("scenario", "application"), [("5", "xception"), ("4-2", "vgg16")])
def test_what_the_paper_did_not_study_has_no_report(scenario, application):
    found = reported(scenario, application)
    assert (found.accuracy, found.accuracy_pct, found.technique, found.t1_s, found.t2_s) == ("", None, "", None, None)


def test_published_effects_by_level():
    times = published_effects("resnet50", "completion_time_s").set_index(["column", "level"])["published"]
    assert (times["executor_cores", 8], times["num_executors", 3], times["sampling_rate_pct", 10]) == (0.47, 0.34, 0.1)
    tasks = published_effects("resnet50", "task_s").set_index(["column", "level"])["published"]
    assert (tasks["executor_cores", 2], tasks["num_executors", 1]) == (0.53, 0.99)
    assert len(tasks) == 7
    assert published_effects("vgg16", "task_s").empty
    assert published_effects("vgg16", "completion_time_s").empty
