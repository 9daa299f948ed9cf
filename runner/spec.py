"""The order sheet of one run: what the runner hands to its supervisor and to the Spark driver, as a JSON file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

SPEC_FILE = "spec.json"
RESULT_FILE = "result.json"
MANIFEST_FILE = "manifest.json"


@dataclass(frozen=True)
class RunSpec:
    """Everything that decides how one run is executed.

    Parameters
    ----------
    run_id : str
    work_dir : str
        The run's own folder: manifest, logs and results are in it, and it goes away after the run.
    application : str
    executor_cores : list of int
        One entry an executor.
    executor_memory_mib : int
        Heap of each executor, fixed: it starts at this size.
    images, tasks, batch_size : int
        Images in the manifest, partitions to make of them, images in one forward pass.
    task_cpus : int
        Cores a task reserves, and threads it computes with.
    seed : int
        Of the model's weights.
    launch_timeout_s, timeout_s : float
        Limits for cluster and executors to come up, and for the whole run.
    master : str or None
        URL of an existing cluster's master; None for a private cluster of the run's own.
    conf : dict of str to str
        Spark properties that an existing cluster needs beyond those of any run.
    memory_regime : str
        What the executor memory bounds: one of `runner.clusters.memory.REGIMES`.
    executor_cpus : list of list of int
        CPUs that each executor keeps to, in the order of `executor_cores`; empty when they share all.
    other_cpus : list of int
        CPUs left for the master and the driver; empty when there are none left.
    program : str
        Module that is the driver, run as ``python -m``; see `runner.jobs.driver`.
    model_file : str or None
        A user's Keras model, which `application` names; None for one of ours.
    preprocessing : str
        What pixels become for a user's model; a key of `runner.networks.preprocessing.PREPROCESSING`.
    weights_file : str or None
        Weights to load instead of random ones.
    output : str or None
        Folder for the predictions, as Parquet; None when only the time they take is wanted.
    labels : list of str
        Names of the classes, by number; empty when they are not known.
    training : dict or None
        What a training is told beside this, as `runner.training.order.Training` writes it; None for inference.
    """

    run_id: str
    work_dir: str
    application: str
    executor_cores: list[int]
    executor_memory_mib: int
    images: int
    tasks: int
    batch_size: int
    seed: int
    task_cpus: int
    launch_timeout_s: float
    timeout_s: float
    master: str | None = None
    conf: dict[str, str] = field(default_factory=dict)
    memory_regime: str = "free"
    executor_cpus: list[list[int]] = field(default_factory=list)
    other_cpus: list[int] = field(default_factory=list)
    program: str = "runner.jobs.predict"
    model_file: str | None = None
    preprocessing: str = "none"
    weights_file: str | None = None
    output: str | None = None
    labels: list[str] = field(default_factory=list)
    training: dict[str, Any] | None = None

    @property
    def folder(self) -> Path:
        """The run's own folder."""
        return Path(self.work_dir)

    @property
    def manifest(self) -> Path:
        """References to the run's images; see `runner.inputs.manifest`."""
        return self.folder / MANIFEST_FILE

    @property
    def eventlog_dir(self) -> Path:
        """Where Spark writes the event log."""
        return self.folder / "eventlog"

    @property
    def local_dir(self) -> Path:
        """Spark's scratch space."""
        return self.folder / "local"

    @property
    def conf_dir(self) -> Path:
        """Spark's configuration folder of a private cluster; readable by its owner only."""
        return self.folder / "conf"

    @property
    def properties(self) -> Path:
        """The settings of a private cluster that are in no command line: its secret."""
        return self.conf_dir / "spark-defaults.conf"

    @property
    def temporary_dir(self) -> Path:
        """What TMPDIR means to the run's processes on this machine."""
        return self.folder / "tmp"

    def write(self) -> Path:
        """Write this sheet into the run's folder and return its path."""
        path = self.folder / SPEC_FILE
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
        return path

    @classmethod
    def read(cls, path: Path) -> RunSpec:
        """Read a sheet that `write` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


def work_folder(home: Path) -> Path:
    """Return where the folders of runs in progress are, in the store's home."""
    return home / "work"


def write_result(path: Path, result: dict[str, object]) -> None:
    """Write a driver's result so that a reader sees all of it or nothing."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(result), encoding="utf-8")
    partial.replace(path)
