"""Table 9's rule: out of memory raises the least memory of a partition size and cores by 1 GiB."""

from __future__ import annotations

from runner.campaigns.history import Ended
from runner.campaigns.minimum_memory import SafeMemory, least_memory, revise, safe_memory
from runner.plans.plan import Configuration, PlannedRun


def run(memory_gib: float, *, executors: int = 1, cores: int = 1, size: int = 50, rate: float = 100.0) -> PlannedRun:
    return PlannedRun(Configuration(executors, executors * cores, int(1024 * memory_gib), size, rate), repeat=1)


def ended(one: PlannedRun, kind: str | None = None, regime: str = "heap", images: int = 500) -> Ended:
    return Ended(one, images, "oom" if kind else "ok", kind, regime, 10.0, "")


def test_each_load_has_a_least_memory() -> None:
    history = [
        ended(run(1), "oom_heap"),
        ended(run(2), "oom_heap"),
        ended(run(1, executors=2), "oom_heap"),  # the same load on each of two executors
        ended(run(4, cores=2), "oom_heap"),
        ended(run(6, size=100)),
    ]
    assert least_memory(history) == {(50, 1): 3 * 1024, (50, 2): 5 * 1024}


def test_cores_are_those_of_the_largest_executor() -> None:
    uneven = PlannedRun(Configuration(2, 3, 1024, 50, 100.0), repeat=1)
    assert least_memory([ended(uneven, "oom_heap")]) == {(50, 2): 2048}


def test_only_what_more_memory_can_cure_counts() -> None:
    assert least_memory([ended(run(1), "oom_python", "heap"), ended(run(1), "oom_kill", "free")]) == {}
    assert least_memory([ended(run(1), "oom_heap", "process")]) == {}
    assert least_memory([ended(run(1), "oom_python", "process")]) == {(50, 1): 2048}
    assert least_memory([ended(run(1), "oom_heap", "free")]) == {(50, 1): 2048}


def test_without_a_failure_the_plan_stays() -> None:
    plan = [run(1), run(2, size=100)]
    agenda = revise(plan, [ended(plan[0])], None)
    assert (agenda.runs, agenda.skipped) == (tuple(plan), ())


def test_runs_below_the_least_are_skipped_with_the_reason() -> None:
    plan = [run(1, rate=1.0), run(1), run(1, size=100)]
    agenda = revise(plan, [ended(run(1), "oom_heap")], 8192)
    (skipped,) = agenda.skipped
    assert skipped.run == plan[0]
    assert skipped.reason == (
        "below the least memory: 50 images per partition on 1 cores need 2 GiB or more; run with that instead"
    )


def test_what_is_skipped_or_failed_runs_with_the_least_in_its_place() -> None:
    plan = [run(1, rate=1.0), run(1), run(1, size=100)]
    agenda = revise(plan, [ended(run(1), "oom_heap")], 8192)
    assert agenda.runs == (run(2, rate=1.0), run(1), run(2), run(1, size=100))


def test_a_planned_run_with_the_least_is_not_added_again() -> None:
    plan = [run(1), run(2), run(4)]
    assert revise(plan, [ended(run(1), "oom_heap")], 8192).runs == (run(1), run(2), run(4))


def test_the_least_rises_until_it_suffices() -> None:
    plan, history = [run(1), run(1, rate=1.0)], [ended(run(1), "oom_heap"), ended(run(2), "oom_heap")]
    agenda = revise(plan, history, 8192)
    assert agenda.runs == (run(1), run(2), run(3), run(3, rate=1.0))
    assert revise(plan, [*history, ended(run(3))], 8192) == agenda


def test_a_run_that_went_well_below_the_least_is_not_repeated() -> None:
    plan = [run(1, rate=1.0), run(1)]
    agenda = revise(plan, [ended(run(1, rate=1.0)), ended(run(1), "oom_heap")], 8192)
    assert agenda.runs == (run(1, rate=1.0), run(1), run(2))
    assert agenda.skipped == ()


def test_the_machine_ends_the_rise() -> None:
    plan = [run(1, executors=2), run(1, executors=2, rate=1.0)]
    agenda = revise(plan, [ended(plan[0], "oom_heap")], 3 * 1024)
    assert agenda.runs == (plan[0],)
    assert agenda.skipped[0].reason.endswith("need 2 GiB or more; more than this machine has for 2 executors")


def test_the_smallest_safe_memory_of_each_load() -> None:
    history = [
        ended(run(1), "oom_heap"),
        ended(run(1, rate=1.0), images=5),  # little enough for 1 GiB, but no full partition
        ended(run(2)),
        ended(run(3)),
        ended(run(1, cores=2), images=99),
        ended(run(4, size=100), "oom_heap"),
    ]
    assert safe_memory(history) == [
        SafeMemory(50, 1, safe_gib=2.0, lacking_gib=1.0),
        SafeMemory(50, 2, safe_gib=None, lacking_gib=None),
        SafeMemory(100, 1, safe_gib=None, lacking_gib=4.0),
    ]


def test_memory_below_one_that_did_not_suffice_is_not_safe() -> None:
    history = [ended(run(1)), ended(run(2), "oom_heap"), ended(run(3))]
    assert safe_memory(history) == [SafeMemory(50, 1, safe_gib=3.0, lacking_gib=2.0)]
