from __future__ import annotations

import pandas as pd
import pytest

from perfmodel.evidence.scaling import scaled_completion_time


def test_each_group_is_scaled_by_its_own_largest():
    rows = pd.DataFrame(
        {"cores": [1, 2, 1, 2], "executors": [1, 1, 2, 2], "completion_time_s": [100.0, 60.0, 50.0, 20.0]}
    )
    scaled = scaled_completion_time(rows, "cores", ["executors"])
    assert list(scaled) == pytest.approx([1, 0.6, 1, 0.4])


def test_groups_with_fewer_levels_are_left_out():
    """On 2 cores, 2 executors x 2 cores cannot be run; its group's largest time belongs to another level."""
    rows = pd.DataFrame({"cores": [1, 2, 2], "executors": [1, 1, 2], "completion_time_s": [100.0, 60.0, 31.0]})
    scaled = scaled_completion_time(rows, "cores", ["executors"])
    assert list(scaled.index) == [0, 1]
