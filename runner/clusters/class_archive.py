"""An archive of Spark's classes, with which the JVMs of a private cluster start in half the time.

Most of what a Spark JVM computes before its first job is loading classes: unpacking, parsing and verifying thousands.
Java can keep the outcome in a file that it maps into memory (class data sharing, JEP 350). The file is made once a
machine, by an application whose master, worker and driver are one JVM, and lies in the user's cache. Java itself
refuses a file that does not match its version or the jar files, and then starts as without.

Executors do without it: they are what is measured, and on other clusters they start without it, too.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from runner.clusters.software import find_java, spark_home

TIMEOUT_S = 300.0
ARCHIVE = "spark.jsa"
KEPT = 3  # archives, of 160 MiB each: of as many pairs of a Spark and a Java


@dataclass(frozen=True)
class ClassArchive:
    """Where an archive is.

    Parameters
    ----------
    folder : Path
        Its own.
    """

    folder: Path

    @property
    def file(self) -> Path:
        """The archive."""
        return self.folder / ARCHIVE

    @property
    def conf_dir(self) -> Path:
        """An empty folder for SPARK_CONF_DIR: the first of the class path, which is part of what Java compares."""
        return self.folder / "conf"

    @property
    def java_options(self) -> str:
        """Java options to use the archive, and not to speak of it when it does not match."""
        return f'"-XX:SharedArchiveFile={self.file}" -Xlog:cds=off -Xlog:cds+dynamic=off'


def find_class_archive() -> ClassArchive | None:
    """Return the archive for this Spark and this Java; None when it was not made."""
    place = _place()
    return place if place is not None and place.file.exists() else None


def make_class_archive(environment: dict[str, str]) -> ClassArchive | None:
    """Make the archive for this Spark and this Java; takes about a minute.

    Parameters
    ----------
    environment : dict
        For the application that makes it.

    Returns
    -------
    ClassArchive or None
        None when this machine cannot make one: everything works without, and takes longer.
    """
    place = _place()
    if place is None:
        return None
    try:
        place.conf_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.folder) as scratch:
            command = [sys.executable, "-m", "runner.jobs.load_classes", scratch, str(place.conf_dir)]
            subprocess.run(command, env=environment, cwd=scratch, capture_output=True, timeout=TIMEOUT_S, check=True)
            (Path(scratch) / ARCHIVE).replace(place.file)
    except (OSError, subprocess.SubprocessError):
        return None
    _forget_others(place)
    return place


def _place() -> ClassArchive | None:
    java = find_java()
    if java is None:
        return None
    real = Path(java).resolve()
    key = f"{real} {real.stat().st_mtime_ns} {spark_home()} {(spark_home() / 'jars').stat().st_mtime_ns}"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return ClassArchive(cache / "sparkcast" / "classes" / hashlib.sha256(key.encode()).hexdigest()[:16])


def _forget_others(made: ClassArchive) -> None:
    others = sorted(made.folder.parent.iterdir(), key=lambda folder: folder.stat().st_mtime_ns, reverse=True)
    for folder in others[KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)
