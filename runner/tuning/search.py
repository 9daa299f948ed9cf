"""Which trials a search makes, and in which order: the same ones wherever and however often it runs.

Trials are asked for in groups of fixed sizes, and a group's results are told in the order of its numbers. So what is
suggested depends on the seed and on results, never on which trial ended first, and a search that was killed suggests
the same trials again when it is given the results that it had.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runner.tuning.trial import Hyperparameters

SAMPLERS = ("random", "grid", "tpe")
# Trials that TPE suggests at once: fewer learn more from each other, more keep more executors busy.
GROUP = 4
RANDOM = 2 * GROUP  # the first ones, which TPE draws without looking at results

Suggested = Mapping[int, Hyperparameters]


@dataclass(frozen=True)
class Space:
    """What may be chosen.

    Parameters
    ----------
    learning_rates : tuple of float
        With `is_range` the smallest and the largest, from which any is drawn, evenly on a logarithmic scale; else the
        only ones.
    batches, filters : tuple of int
    optimisers : tuple of str
    is_range : bool
    """

    learning_rates: tuple[float, ...]
    batches: tuple[int, ...]
    filters: tuple[int, ...]
    optimisers: tuple[str, ...]
    is_range: bool = False

    @property
    def grid(self) -> dict[str, list[Any]]:
        """The values of each hyper-parameter."""
        values = (self.learning_rates, self.batches, self.filters, self.optimisers)
        return {name: list(chosen) for name, chosen in zip(Hyperparameters._fields, values, strict=True)}

    @property
    def size(self) -> int:
        """Number of combinations, where learning rates are no range."""
        return math.prod(len(values) for values in self.grid.values())

    def suggest(self, trial: Any) -> Hyperparameters:
        """Let a trial of optuna's choose."""
        choices = {
            name: values for name, values in self.grid.items() if not (self.is_range and name == "learning_rate")
        }
        chosen = {name: trial.suggest_categorical(name, values) for name, values in choices.items()}
        if self.is_range:
            chosen["learning_rate"] = trial.suggest_float("learning_rate", *self.learning_rates, log=True)
        return Hyperparameters(**chosen)


@dataclass(frozen=True)
class Search:
    """A search for the hyper-parameters with the highest accuracy.

    Parameters
    ----------
    space : Space
    sampler : str
        One of `SAMPLERS`.
    trials, seed : int
    """

    space: Space
    sampler: str
    trials: int
    seed: int

    def run(self, evaluate: Callable[[Suggested], Mapping[int, float]]) -> dict[int, Hyperparameters]:
        """Suggest all trials, group by group; return them by number.

        Parameters
        ----------
        evaluate : callable
            Returns the accuracy of each trial of a group, by number.
        """
        study = self._study()
        made: dict[int, Hyperparameters] = {}
        for numbers in self._groups():
            asked = {number: study.ask() for number in numbers}
            group = {number: self.space.suggest(trial) for number, trial in asked.items()}
            accuracies = evaluate(group)
            for number, trial in asked.items():
                self._tell(study, trial, accuracies[number])
            made |= group
        return made

    def _groups(self) -> Iterator[range]:
        """The numbers of the trials that no results need to be told between."""
        firsts = range(RANDOM, self.trials, GROUP) if self.sampler == "tpe" else ()
        return itertools.starmap(range, itertools.pairwise([0, *firsts, self.trials]))

    def _study(self) -> Any:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        samplers: dict[str, Callable[[], Any]] = {
            "random": lambda: optuna.samplers.RandomSampler(seed=self.seed),
            "grid": lambda: optuna.samplers.GridSampler(self.space.grid, seed=self.seed),
            "tpe": lambda: optuna.samplers.TPESampler(seed=self.seed, n_startup_trials=RANDOM),
        }
        return optuna.create_study(direction="maximize", sampler=samplers[self.sampler]())

    def _tell(self, study: Any, trial: Any, accuracy_pct: float) -> None:
        # The grid's sampler tries to stop a loop of optuna's own after the last combination; there is none here.
        with contextlib.suppress(RuntimeError) if self.sampler == "grid" else contextlib.nullcontext():
            study.tell(trial, accuracy_pct)


def best(accuracies: Mapping[int, float]) -> int:
    """Return the number of the most accurate trial; the first of equals."""
    return min(accuracies, key=lambda number: (-accuracies[number], number))


def left_of(group: Suggested, finished: Mapping[int, Any]) -> list[int]:
    """Return the trials of a group without a result, long ones first: so all executors end at about the same time.

    Parameters
    ----------
    group : mapping
    finished : mapping
        Trials as from `Study.finished`; a result of other hyper-parameters is none.
    """
    left = [
        number for number, chosen in group.items() if not chosen._asdict().items() <= finished.get(number, {}).items()
    ]
    return sorted(left, key=lambda number: -group[number].filters)
