"""What else is worth a word when a run has ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.spec import RunSpec


def remark(spec: RunSpec, settings: Mapping[str, Any]) -> str:
    """Return a few words about a run; empty when there is nothing to say.

    Parameters
    ----------
    spec : RunSpec
    settings : mapping
        The settings of the run's record.
    """
    return "; ".join([*_idle(spec), *_corrupt(spec, settings), *_learned(settings)])


def _idle(spec: RunSpec) -> Iterator[str]:
    idle = len(spec.executor_cores) - spec.tasks
    if idle > 0:
        yield f"{_count(spec.tasks, 'task')}, so {_count(idle, 'executor')} had nothing to do"


def _corrupt(spec: RunSpec, settings: Mapping[str, Any]) -> Iterator[str]:
    if corrupt := settings.get("corrupt_images"):
        first = ", ".join(settings["corrupt_examples"])
        yield f"{corrupt} of {_count(spec.images, 'image')} could not be read: {first}"


def _learned(settings: Mapping[str, Any]) -> Iterator[str]:
    if accuracies := settings.get("test_accuracy_pct"):
        yield f"test accuracy by epoch: {', '.join(f'{one:.1f} %' for one in accuracies)}"
    if lost := settings.get("recoveries"):
        yield f"{_count(lost, 'loss')} of tasks or executors made good, so its time is left out of fits"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}{'es' if word.endswith('s') else 's'}"
