"""One function applied to many items on the executors of a Spark cluster, through joblib's Spark backend.

This package does not import pyspark; joblib's backend (package joblibspark) does, inside the functions below.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

from joblib import Parallel, delayed
from joblib.parallel import ThreadingBackend

from perfmodel.errors import PerfmodelError, WorkerError
from perfmodel.fitting.spread import Item, Result, Spread

_SHIPPED = ("perfmodel", "store")
# Jobs of one task each in Spark's queue. Those beyond the free cores wait there, so executors that register while
# others work are used as well.
_QUEUED = 256
_PYTHON, _ARGUMENTS = "PYSPARK_PYTHON", "PYSPARK_SUBMIT_ARGS"
_LOGGED = re.compile(r'^Exception in thread "main" [\w.]+: (.+)|^\S+ \S+ ERROR \w+: (.+)', re.MULTILINE)
_RAISED = re.compile(r"^(?:: )?([\w.]+(?:Error|Exception): .+)", re.MULTILINE)
_OURS = re.compile(r"perfmodel\.errors\.\w+: ")


@contextmanager
def spark_executors(master: str | None = None, quiet: bool = True) -> Iterator[Spread]:
    """Start a Spark application and yield the spread over its executors; once a process, because Spark's JVM stays.

    Sparkcast's own packages are sent to the executors. What these need beforehand is a Python of the same minor version
    with requirements.txt installed: the one that PYSPARK_PYTHON names, by default the path of this one.

    Parameters
    ----------
    master : str or None
        ``spark://HOST:PORT``, ``yarn``, ``k8s://...``, ``local[N]``; None for what Spark's own configuration says.
    quiet : bool
        Keep Spark's log from stderr.

    Raises
    ------
    PerfmodelError
        When Spark does not start with this master.
    WorkerError
        When there is no Java; from the spread when the work fails on the executors.
    """
    _check_java()
    os.environ.setdefault(_PYTHON, sys.executable)
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        # joblibspark warns of what cannot be otherwise, such as more jobs than cores.
        warnings.filterwarnings("ignore", module=r"joblibspark\.|pyspark\.")
        session = _start(master, Path(folder), quiet)
        try:
            yield _on_executors
        finally:
            session.stop()


def _on_executors(function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    backend, n_jobs = _backend(), min(len(items), _QUEUED)
    workers = Parallel(backend=backend, n_jobs=n_jobs, batch_size=1, return_as="generator_unordered")
    try:
        yield from workers(delayed(function)(item) for item in items)
    except Exception as error:
        python = f"the executors' Python is {os.environ[_PYTHON]}; {_PYTHON} changes it"
        raise WorkerError(f"Spark could not finish the work: {_reason(str(error))} ({python})") from error


def _backend() -> Any:
    """joblibspark's backend, taught to hand results over as they come (joblib's own protocol since 1.3)."""
    from joblibspark.backend import SparkDistributedBackend

    class Backend(SparkDistributedBackend):
        supports_retrieve_callback = True
        submit = SparkDistributedBackend.apply_async
        retrieve_result_callback = ThreadingBackend.retrieve_result_callback

    return Backend()


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=str(Path(home) / "bin") if home else None) is None:
        raise WorkerError(
            "Spark needs Java 17 or newer, and none was found; install one or point JAVA_HOME to it, "
            "or fit without Spark (--backend local)"
        )


def _start(master: str | None, folder: Path, quiet: bool) -> Any:
    """A Spark session whose executors can import our packages."""
    log = folder / "spark.log"
    arguments = ["--conf", "spark.ui.showConsoleProgress=false", *(["--master", master] if master else [])]
    try:
        with _submit_arguments(arguments), _stderr_into(log) if quiet else nullcontext():
            from joblibspark.utils import get_spark_session

            session = get_spark_session()
            session.sparkContext.addPyFile(str(_archive(folder)))
            return session
    except Exception as error:
        where = f"with --master {master}" if master else "as its configuration says; name a cluster with --master"
        raise PerfmodelError(f"Spark did not start {where}: {_start_reason(log, error)}") from error


@contextmanager
def _submit_arguments(arguments: Sequence[str]) -> Iterator[None]:
    """Arguments for the spark-submit that starts the JVM, after those that are set already, so that these win."""
    before = os.environ.get(_ARGUMENTS)
    others = (before or "").removesuffix("pyspark-shell")
    os.environ[_ARGUMENTS] = f"{others} {shlex.join(arguments)} pyspark-shell"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_ARGUMENTS]
        else:
            os.environ[_ARGUMENTS] = before


@contextmanager
def _stderr_into(log: Path) -> Iterator[None]:
    """Let processes that start meanwhile, here the JVM, write their stderr into a file for good."""
    ours = os.dup(2)
    with log.open("wb") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(ours, 2)
        os.close(ours)


def _archive(folder: Path) -> Path:
    """Our packages, with their data, in one file."""
    path = folder / "sparkcast.zip"
    with ZipFile(path, "w") as archive:
        for package in _SHIPPED:
            spec = find_spec(package)
            [place] = spec.submodule_search_locations or [] if spec else []
            for file in sorted(Path(place).rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    archive.write(file, Path(package) / file.relative_to(place))
    return path


def _start_reason(log: Path, error: Exception) -> str:
    logged = _LOGGED.search(log.read_text(encoding="utf-8", errors="replace")) if log.exists() else None
    return (logged[1] or logged[2]) if logged else _reason(str(error))


def _reason(text: str) -> str:
    """The one line of a Python or Java traceback that says what happened."""
    raised = _RAISED.findall(text)
    return _OURS.sub("", raised[-1]) if raised else text.partition("\n")[0]
