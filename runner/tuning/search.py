"""Which trials a search makes: the same ones wherever and however often it runs.

A trial is suggested when the results of certain trials before it are known, of just these and in the order of their
numbers, whatever else has ended by then. So what is suggested depends on the seed and on results, never on which trial
ended first, and a search that was killed suggests the same trials again when it is given the results that it had.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from runner.tuning.trial import Hyperparameters

SAMPLERS = ("random", "grid", "tpe")
# Trials that TPE may have under way at once: fewer learn more from each other, more keep more executors busy.
WINDOW = 4
RANDOM = 2 * WINDOW  # the first ones, which TPE draws without looking at results

Start = Callable[[int, Hyperparameters], Callable[[], float]]


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

    def run(self, start: Start) -> dict[int, Hyperparameters]:
        """Suggest all trials; return them by number when all have ended.

        Parameters
        ----------
        start : callable
            Starts the trial of this number with these hyper-parameters, and returns what waits for its accuracy.
        """
        study = self._study()
        made: dict[int, Hyperparameters] = {}
        waits: list[Callable[[], float]] = []
        asked: list[Any] = []
        told = 0
        for number in range(self.trials):
            while told < self._known(number):
                self._tell(study, asked[told], waits[told]())
                told += 1
            asked.append(study.ask())
            made[number] = self.space.suggest(asked[number])
            waits.append(start(number, made[number]))
        for wait in waits[told:]:
            wait()
        return made

    def _known(self, number: int) -> int:
        """Of how many of the first trials the results are known when this one is suggested."""
        return number - WINDOW + 1 if self.sampler == "tpe" and number >= RANDOM else 0

    def _study(self) -> Any:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        samplers: dict[str, Callable[[], Any]] = {
            "random": lambda: optuna.samplers.RandomSampler(seed=self.seed),
            "grid": lambda: optuna.samplers.GridSampler(self.space.grid, seed=self.seed),
            "tpe": lambda: optuna.samplers.TPESampler(seed=self.seed, n_startup_trials=self._known(RANDOM)),
        }
        return optuna.create_study(direction="maximize", sampler=samplers[self.sampler]())

    def _tell(self, study: Any, trial: Any, accuracy_pct: float) -> None:
        # The grid's sampler tries to stop a loop of optuna's own after the last combination; there is none here.
        with contextlib.suppress(RuntimeError) if self.sampler == "grid" else contextlib.nullcontext():
            study.tell(trial, accuracy_pct)


def best(accuracies: Mapping[int, float]) -> int:
    """Return the number of the most accurate trial; the first of equals."""
    return min(accuracies, key=lambda number: (-accuracies[number], number))


def is_result_of(chosen: Hyperparameters, trial: Mapping[str, Any]) -> bool:
    """Whether a trial as from `Study.finished`, perhaps an empty one, is one with these hyper-parameters."""
    return chosen._asdict().items() <= trial.items()
