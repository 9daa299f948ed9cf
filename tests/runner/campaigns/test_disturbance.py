"""Which runs of a campaign were disturbed, and what is said of it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from runner.campaigns.disturbance import find_disturbed, find_unsteady, variation_pct
from tests.runner.rows import frame, row


def campaign(**last: Any) -> Any:
    """Three quiet repeats, and a fourth with other settings."""
    return frame(*(row(repeat=repeat) for repeat in (1, 2, 3)), row(33.0, repeat=4, settings=last))


def test_a_quiet_campaign_has_no_disturbed_run() -> None:
    assert find_disturbed(campaign()) == []
    assert find_disturbed(frame()[[]].assign(status=[])) == []


def test_cores_that_others_took_from_a_run() -> None:
    (found,) = find_disturbed(campaign(other_cores=1.4, host_load_before=2.5))
    assert found.run.endswith("repeat 4")
    assert found.completion_time_s == 33.0
    assert found.why == "other processes kept 1.40 of 2 cores busy (load 2.5 before it)"


def test_others_may_have_the_cores_that_a_run_does_not_ask_for() -> None:
    assert find_disturbed(campaign(other_cores=1.05)) == []
    runs = campaign(other_cores=0.5).assign(total_cores=2, executor_cores=2)
    assert [one.why for one in find_disturbed(runs)] == [
        "other processes kept 0.50 of 2 cores busy (load 1.0 before it)"
    ]


def test_what_a_machine_always_does_is_no_disturbance() -> None:
    runs = campaign(other_cores=0.24).assign(total_cores=2, executor_cores=2)
    for settings in runs["settings"][:3]:
        settings["other_cores"] = 0.2
    assert find_disturbed(runs) == []


def test_cores_that_the_hypervisor_took() -> None:
    (found,) = find_disturbed(campaign(stolen_cores=0.31))
    assert found.why == "the hypervisor gave 0.31 cores to other machines"


def test_tasks_that_got_less_of_a_core_than_their_peers() -> None:
    (found,) = find_disturbed(campaign(work_cpu_s=16.2, other_cores=1.4))
    assert found.why.endswith("; its tasks got 81% of a core, those of its peers 95%")


def test_peers_have_the_same_cores_and_sampling_rate() -> None:
    small = [row(8.0, repeat=repeat, sampling_rate_pct=1.0, settings={"work_cpu_s": 14.0}) for repeat in (1, 2)]
    assert find_disturbed(frame(*(row(repeat=repeat) for repeat in (1, 2, 3)), *small)) == []


def test_tasks_that_share_a_machine_are_no_peers_of_one_alone() -> None:
    # A pair of tasks gets less of its cores than a task that is alone on them.
    alone = [row(repeat=repeat, total_cores=2, settings={"tasks": 1, "work_cpu_s": 19.8}) for repeat in (1, 2, 3)]
    pair = row(repeat=1, total_cores=2, images_per_partition=25, settings={"tasks": 2, "work_cpu_s": 18.6})
    assert find_disturbed(frame(*alone, pair)) == []


def test_failed_runs_are_not_looked_at() -> None:
    assert find_disturbed(frame(row(), row(None, repeat=2, settings={"other_cores": 2.0}))) == []


def test_the_run_that_makes_a_configuration_unsteady_is_named_with_its_phase() -> None:
    late = row(36.0, repeat=3, settings={"model_load_s": 11.5})
    steady = [row(20.0 + repeat / 10, repeat=repeat, images_per_partition=25) for repeat in (1, 2, 3)]
    (found,) = find_unsteady(frame(row(30.0), row(30.5, repeat=2), late, *steady), {}.get)
    assert found.run.endswith("50 images/partition, 100 %, repeat 3")
    assert found.why == ("+5.5 s from the median of its repeats; loading the model differs most: +5.5 s over all tasks")


def test_what_tasks_did_before_the_model_is_a_phase_too() -> None:
    runs = frame(row(30.0), row(30.5, repeat=2), row(36.0, repeat=3))
    known = dict(zip(runs["run_id"], (40.0, 40.0, 47.0), strict=True))
    (found,) = find_unsteady(runs, known.get)
    assert found.why.endswith("starting Python and loading TensorFlow differs most: +7.0 s over all tasks")


@pytest.mark.parametrize(("times", "cv"), [([10.0, 10.0], 0.0), ([9.0, 10.0, 11.0], 10.0)])
def test_variation_is_the_standard_deviation_in_percent_of_the_mean(times: list[float], cv: float) -> None:
    assert variation_pct(times) == pytest.approx(cv)


def test_one_run_does_not_vary() -> None:
    assert math.isnan(variation_pct([10.0]))
    assert find_unsteady(frame(row()), {}.get) == []
