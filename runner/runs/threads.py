"""Whether tasks computed with as many threads as they have cores."""

from __future__ import annotations

from collections.abc import Iterator

from runner.spec import RunSpec

# CPU seconds may exceed threads x elapsed seconds by clock granularity and by short-lived helper threads.
CPU_TOLERANCE = 0.10
CPU_SLACK_S = 0.5


def thread_faults(spec: RunSpec, wall_s: float, cpu_s: float) -> Iterator[str]:
    """Return a fault when tasks used more processor time than their threads can: Spark's own count leaves Python out.

    Parameters
    ----------
    spec : RunSpec
    wall_s, cpu_s : float
        Of the work in all tasks: elapsed seconds, and those of all threads.
    """
    if cpu_s > spec.task_cpus * wall_s * (1 + CPU_TOLERANCE) + CPU_SLACK_S:
        yield (
            f"tasks used {cpu_s:.1f} CPU seconds in {wall_s:.1f} s: more threads than {spec.task_cpus} "
            "(spark.task.cpus)"
        )
