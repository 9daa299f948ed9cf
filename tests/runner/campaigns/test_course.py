"""Where a campaign stands, what is next, and how long the rest takes."""

from __future__ import annotations

import pytest

from runner.campaigns.course import Course
from runner.campaigns.history import Ended
from runner.campaigns.pace import Pace
from runner.clusters.target import Target
from runner.networks.applications import get_application
from runner.plans.plan import Configuration, Plan, PlannedRun


def planned(rate: float, repeat: int = 1, memory_mib: int = 1024) -> PlannedRun:
    return PlannedRun(Configuration(1, 1, memory_mib, 50, rate), repeat)


def ended(run: PlannedRun, wall_s: float = 10.0, kind: str | None = None) -> Ended:
    status = "ok" if kind is None else "oom" if kind.startswith("oom") else "failed"
    return Ended(run, 100, status, kind, "heap", wall_s, "why")


PLAN = [planned(1.0), planned(10.0), planned(100.0)]


def test_a_course_goes_through_the_plan() -> None:
    course = Course(PLAN, [ended(PLAN[1])])
    assert course.left == [PLAN[0], PLAN[2]]
    course.take(ended(PLAN[0], kind="user_code"))
    assert course.left == [PLAN[2]]
    standing = course.standing
    assert (standing.total, standing.done, standing.failed, standing.left) == (3, 2, 1, 1)
    assert standing.last_failure == f"{PLAN[0]}: failed (user_code): why"


def test_failed_runs_are_left_once_more_on_request() -> None:
    course = Course(PLAN, [ended(PLAN[0], kind="user_code"), ended(PLAN[1])], retry_failed=True)
    assert course.left == [PLAN[0], PLAN[2]]
    course.take(ended(PLAN[0], kind="user_code"))
    assert course.left == [PLAN[2]]


def test_runs_that_are_not_planned_any_more_do_not_count() -> None:
    standing = Course(PLAN, [ended(planned(50.0)), ended(planned(50.0, 2), kind="user_code")]).standing
    assert (standing.total, standing.done, standing.failed) == (3, 0, 0)


def test_a_run_out_of_memory_is_followed_by_one_with_more() -> None:
    course = Course(PLAN, [ended(PLAN[0])], machine_mib=4096)
    course.take(ended(PLAN[2], kind="oom_heap"))
    assert course.left == [planned(10.0, memory_mib=2048), planned(100.0, memory_mib=2048)]
    assert [skipped.run for skipped in course.agenda.skipped] == [PLAN[1]]
    assert course.standing.total == 4  # the two that ended, and two with more memory


def test_the_rest_gets_shorter_while_a_run_goes_on() -> None:
    standing = Course(
        PLAN, [ended(PLAN[0], 10.0), ended(planned(10.0, 2), 60.0), ended(planned(100.0, 2), 600.0)]
    ).standing
    assert standing.remaining_s(0.0) == 660.0
    assert standing.remaining_s(50.0) == 610.0
    assert standing.remaining_s(90.0) == 600.0  # the run in progress takes longer than expected


def test_the_rest_takes_as_long_as_runs_of_its_sampling_rate_took() -> None:
    pace = Pace([ended(PLAN[0], 10.0), ended(planned(1.0, 2), 20.0), ended(PLAN[2], 100.0)])
    assert pace.expect([planned(1.0, 3)]) == 15.0
    assert pace.expect([planned(100.0, 2), planned(100.0, 3)]) == 200.0
    assert pace.expect([planned(10.0)]) == pytest.approx(130 / 3)  # nothing like it has ended: the mean of all
    assert pace.expect([]) == 0.0


def test_nothing_is_expected_before_a_run_has_ended() -> None:
    assert Pace().expect(PLAN) is None
    assert Course(PLAN, []).standing.rest_s is None


@pytest.mark.parametrize(
    ("master", "instead"), [(None, "more than this machine has"), ("spark://h:1", "run with that")]
)
def test_only_a_private_cluster_is_bounded_by_this_machine(master: str | None, instead: str) -> None:
    """The report once took every cluster's memory for this machine's."""
    huge = planned(100.0).with_memory(2**40)
    plan = Plan(get_application("resnet50"), "there", "photos", 500, 0, (huge, PLAN[0]), Target(master))
    (skipped,) = Course.of_stored(plan.as_json(), [ended(huge, kind="oom_heap")]).agenda.skipped
    assert instead in skipped.reason
