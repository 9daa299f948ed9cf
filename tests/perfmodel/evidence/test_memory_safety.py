from __future__ import annotations

import pandas as pd
import pytest

from perfmodel.evidence.memory_safety import memory_safety


def runs(*rows, origin="measured") -> pd.DataFrame:
    """Rows of cores, images per partition, memory and status."""
    names = ["executor_cores", "images_per_partition", "executor_memory_gb", "status"]
    return pd.DataFrame(rows, columns=names).assign(origin=origin)


def test_the_smallest_memory_above_what_ran_out():
    found = memory_safety(runs((2, 50, 1.0, "oom"), (2, 50, 2.0, "ok"), (2, 50, 4.0, "ok")), 2, 50)
    assert found == (2.0, 1.0, 3)


def test_success_below_a_failure_does_not_count():
    assert memory_safety(runs((2, 50, 1.0, "ok"), (2, 50, 2.0, "oom")), 2, 50) == (None, 2.0, 2)


def test_a_heavier_load_that_ended_well_tells_and_so_does_a_lighter_one_that_did_not():
    known = runs((4, 100, 3.0, "ok"), (1, 20, 1.0, "oom"))
    assert memory_safety(known, 2, 50) == (3.0, 1.0, 2)


def test_other_loads_tell_nothing():
    known = runs((1, 100, 1.0, "ok"), (4, 20, 1.0, "ok"), (4, 100, 1.0, "oom"))
    assert memory_safety(known, 2, 50) == (None, None, 0)


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_other_failures_say_nothing_of_memory(status):
    assert memory_safety(runs((2, 50, 1.0, status)), 2, 50) == (None, None, 0)


def test_reconstructed_runs_cannot_run_out_of_memory():
    assert memory_safety(runs((2, 50, 1.0, "ok"), origin="reconstructed"), 2, 50).safe_gb is None


@pytest.mark.parametrize(("regime", "lacking"), [(None, 1.0), ("process", 1.0), ("heap", 3.0)])
def test_memory_of_another_regime_does_not_compare(regime, lacking):
    known = runs((2, 50, 1.0, "oom"), (2, 50, 2.0, "ok"), (2, 50, 3.0, "oom"))
    known["settings"] = [{"memory_regime": "process"}, {"memory_regime": "process"}, {"memory_regime": "heap"}]
    assert memory_safety(known, 2, 50, regime).lacking_gb == lacking


def test_without_a_partition_size_cores_are_the_load():
    known = runs((2, None, 2.0, "ok"), (1, None, 1.0, "oom"))
    assert memory_safety(known, 2, None) == (2.0, 1.0, 2)
