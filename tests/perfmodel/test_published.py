from __future__ import annotations

import pytest

from perfmodel.errors import UnknownNameError
from perfmodel.published import applications, published, published_application


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
