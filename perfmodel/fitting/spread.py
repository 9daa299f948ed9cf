"""One function applied to many items: one after the other, or on all cores of this machine.

`perfmodel.fitting.spark` does the same on the executors of a Spark cluster. The function and its items are pickled on
their way, so the function must be importable; nothing else is shared, and nobody but the caller touches the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from joblib import Parallel, cpu_count, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError

from perfmodel.errors import WorkerError

Item = TypeVar("Item")
Result = TypeVar("Result")


class Spread(Protocol):
    """Yields the results as they come, in any order."""

    def __call__(self, function: Callable[[Item], Result], items: Sequence[Item], /) -> Iterator[Result]:
        """Apply ``function`` to each of ``items``."""


def in_turn(function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """Here, one after the other, in order; the next one when the last result has been taken."""
    return map(function, items)


def on_cores(function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """In processes on this machine, as many as it has cores for us.

    Raises
    ------
    WorkerError
        When a process is killed.
    """
    return _in_processes(function, items, min(cpu_count(), len(items)))


def beside(function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """As `on_cores`, but never in this process, which has something else to do: a single item goes to another too."""
    return _in_processes(function, items, max(2, min(cpu_count(), len(items))))


def _in_processes(function: Callable[[Item], Result], items: Sequence[Item], processes: int) -> Iterator[Result]:
    # Frames travel as they are (max_nbytes): a memory-mapped array would be read-only.
    workers = Parallel(n_jobs=processes, return_as="generator_unordered", max_nbytes=None)
    try:
        yield from workers(delayed(function)(item) for item in items)
    except TerminatedWorkerError as error:
        raise WorkerError(
            "a process that was fitting was killed, most likely because the memory ran out; close other programs, "
            "or fit fewer scenarios at once with --scenarios"
        ) from error
