"""A search's folder: what it searches, each finished trial with its network, and the best one.

A trial's file is written whole, after its network, as soon as the trial has ended: what is there is finished, whatever
was killed meanwhile.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from runner.errors import RunnerError
from runner.inputs.cifar import Records
from runner.tuning.search import Search, Space, best
from runner.tuning.trial import Hyperparameters, TrialResult, TrialSpec
from store.files import write_durably

ORDER_FILE = "order.json"
BEST_FILE = "best.keras"


class Order(NamedTuple):
    """What is searched, and how each trial trains."""

    search: Search
    trials: TrialSpec

    @property
    def identity(self) -> dict[str, Any]:
        """What must stay the same when a search is taken up again; it may be given more trials."""
        content = self.as_json()
        del content["search"]["trials"]
        return content

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON gives it back."""
        content: dict[str, Any] = json.loads(json.dumps({"search": asdict(self.search), "trials": asdict(self.trials)}))
        return content


@dataclass(frozen=True)
class Study:
    """The folder of one search.

    Parameters
    ----------
    folder : Path
    """

    folder: Path

    def open(self, order: Order) -> None:
        """Make the folder, or take it up again.

        Raises
        ------
        RunnerError
            When it is about another search.
        """
        path = self.folder / ORDER_FILE
        if path.exists() and self.order().identity != order.identity:
            raise RunnerError(
                f"--study: {self.folder.name!r} searched other values, or in another way; choose another --study"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        write_durably(path, json.dumps(order.as_json()).encode())

    def order(self) -> Order:
        """Return what is searched."""
        content = json.loads((self.folder / ORDER_FILE).read_text(encoding="utf-8"))
        search, trials = content["search"], content["trials"]
        space = Space(**{name: _tuple(value) for name, value in search.pop("space").items()})
        training, validation = (_records(trials.pop(name)) for name in ("training", "validation"))
        return Order(Search(space, **search), TrialSpec(training, validation, **trials))

    @property
    def dataset(self) -> str:
        """Name of the images that trials learn from."""
        return self.order().trials.training.name

    def keep(self, number: int, chosen: Hyperparameters, result: TrialResult) -> None:
        """Make a finished trial durable."""
        write_durably(self._network(number), result.network)
        row = {"number": number, **chosen._asdict()}
        row |= {name: getattr(result, name) for name in ("accuracy_pct", "loss", "seconds")}
        # A training that diverged has no loss: JSON cannot hold what it has instead.
        row["loss"] = row["loss"] if np.isfinite(row["loss"]) else None
        write_durably(self.folder / f"trial-{number:05d}.json", json.dumps(row).encode())

    def finished(self) -> dict[int, dict[str, Any]]:
        """Return the finished trials by number: hyper-parameters, accuracy_pct, loss, seconds."""
        rows = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(self.folder.glob("trial-*.json"))]
        return {row["number"]: row for row in rows}

    @property
    def best_number(self) -> int:
        """The most accurate finished trial."""
        return best({number: trial["accuracy_pct"] for number, trial in self.finished().items()})

    @property
    def best_model(self) -> Path:
        """The Keras file of the best network."""
        return self.folder / BEST_FILE

    def save_best(self) -> None:
        """Write the best network, in place of the one before."""
        write_durably(self.best_model, self._network(self.best_number).read_bytes())

    def _network(self, number: int) -> Path:
        return self.folder / f"trial-{number:05d}.keras"


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _records(content: dict[str, Any]) -> Records:
    return Records(content["name"], tuple(content["files"]))
