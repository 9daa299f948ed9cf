"""What a training is told: the part of a run's order sheet that is about training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from runner.inputs.cifar import Records
from runner.spec import RunSpec

# How steps are shared: gradients to the driver each step; a barrier stage whose workers exchange them; one
# process with all cores, by TensorFlow or by plain NumPy.
ARMS = ("driver", "barrier", "one-process", "numpy")
PROGRAM = "runner.jobs.train"


@dataclass(frozen=True)
class Training:
    """How the runs of a campaign train; each run has its own images and its own batch.

    Parameters
    ----------
    arm : str
        One of `ARMS`.
    epochs : int
    learning_rate : float
    files, test_files : tuple of str
        CIFAR-10 files to learn from, and to test on.
    checkpoints : str
        Folder for the weights of each run.
    device : str
        ``cpu`` or ``gpu``.
    """

    arm: str
    epochs: int
    learning_rate: float
    files: tuple[str, ...]
    test_files: tuple[str, ...]
    checkpoints: str
    device: str = "cpu"

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Training:
        """Return what `as_json` returned."""
        files = {name: tuple(content[name]) for name in ("files", "test_files")}
        return cls(**{**content, **files})

    def as_json(self) -> dict[str, Any]:
        """Return it for an order sheet."""
        return asdict(self)

    @property
    def identity(self) -> dict[str, Any]:
        """What all runs of a campaign must share."""
        return {name: getattr(self, name) for name in ("arm", "epochs", "learning_rate", "device")}

    @property
    def records(self) -> Records:
        """What to learn from."""
        return Records("training", self.files)

    @property
    def test(self) -> Records:
        """What to test on."""
        return Records("test", self.test_files)

    @property
    def kernel(self) -> str:
        """Who computes: one of `runner.training.kernels.KERNELS`."""
        return "numpy" if self.arm == "numpy" else "tensorflow"

    @property
    def in_one_process(self) -> bool:
        """Whether one task does all the work, with as many threads as its executor has cores."""
        return self.arm in ("one-process", "numpy")

    def workers(self, cores: int) -> int:
        """Return how many tasks share a step on so many cores."""
        return 1 if self.in_one_process else cores

    def complete(self, spec: RunSpec, batch: int) -> RunSpec:
        """Return the order sheet of a run for this training, with `batch` images a step."""
        cores = sum(spec.executor_cores)
        return replace(
            spec,
            program=PROGRAM,
            training=self.as_json(),
            batch_size=batch,
            tasks=self.epochs * 2 * self.workers(cores),  # one job to train, one to test
            task_cpus=cores if self.in_one_process else 1,
        )
