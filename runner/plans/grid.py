"""The planner: from ranges of parameters to the runs of a campaign (table 7 of the paper)."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence

from runner.errors import RunnerError
from runner.plans.plan import Configuration, PlannedRun

LARGEST_PLAN = 100_000
MOST_CORES = 1_024  # of one executor; of the run log's executor_cores
# Number of executors, and cores over all of them.
Layout = tuple[int, int]


def even_layouts(executors: Sequence[int], cores: Sequence[int]) -> list[Layout]:
    """Return every number of executors with every number of cores that each executor gets."""
    return [(number, number * each) for number, each in itertools.product(executors, cores)]


def total_layouts(executors: Sequence[int], total_cores: Sequence[int]) -> list[Layout]:
    """Return every number of executors with every number of cores over all, where each executor gets one at least.

    Raises
    ------
    RunnerError
        When no combination is left, or an executor would get more than `MOST_CORES`.
    """
    layouts = [layout for layout in itertools.product(executors, total_cores) if layout[0] <= layout[1]]
    if not layouts:
        raise RunnerError(
            f"--total-cores: at most {max(total_cores)} cores for at least {min(executors)} executors; "
            "each executor needs one"
        )
    for number, total in layouts:
        if total > number * MOST_CORES:
            raise RunnerError(
                f"--total-cores: {total:,} cores over {number:,} executors are more than {MOST_CORES:,} in one, which "
                "the run log does not take; give fewer cores or more executors"
            )
    return layouts


def spread_layouts(executors: Sequence[int], cores: Sequence[int]) -> list[Layout]:
    """Return the layouts of table 7: one more executor only when the others have all the cores they may have.

    Parameters
    ----------
    executors : sequence of int
    cores : sequence of int
        What one executor may have, ascending. With n executors the total goes from (n - 1) x max + min to n x max
        in the steps of this sequence.
    """
    return [(number, (number - 1) * max(cores) + last) for number in executors for last in cores]


def grid_runs(
    *,
    layouts: Sequence[Layout],
    memory_mib: Sequence[int],
    images_per_partition: Sequence[int],
    sampling_rates_pct: Sequence[float],
    repeats: int,
    seed: int,
) -> tuple[PlannedRun, ...]:
    """Return every combination of the values, `repeats` times: all first repeats come before all second ones.

    Within a repeat the order is random, so that a drift of the machine (heat, neighbours) does not look like an effect
    of a parameter; a campaign that is stopped early has still seen most configurations.

    Raises
    ------
    RunnerError
        When there are more than `LARGEST_PLAN`.
    """
    sizes = [len(values) for values in (layouts, memory_mib, images_per_partition, sampling_rates_pct)]
    _check_size(repeats, *sizes)
    values = itertools.product(layouts, memory_mib, images_per_partition, sampling_rates_pct)
    configurations = [Configuration(*layout, memory, size, rate) for layout, memory, size, rate in values]
    generator = random.Random(seed)  # noqa: S311 - repeatable on purpose
    return tuple(
        PlannedRun(one, repeat)
        for repeat in range(1, repeats + 1)
        for one in generator.sample(configurations, len(configurations))
    )


def _check_size(*sizes: int) -> None:
    runs = math.prod(sizes)
    if runs > LARGEST_PLAN:
        raise RunnerError(f"this plan has {runs:,} runs, more than {LARGEST_PLAN:,}; give fewer values or repeats")
