"""The Spark and the Java of this machine."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

from runner.errors import JavaMissingError, RunnerError

OLDEST_JAVA = 17


def spark_home() -> Path:
    """Return the folder of the installed pyspark package, without importing it."""
    found = importlib.util.find_spec("pyspark")
    if found is None or not found.submodule_search_locations:
        raise RunnerError("pyspark is not installed in this Python; run `make` or `pip install -r requirements.txt`")
    return Path(next(iter(found.submodule_search_locations)))


def check_java() -> str:
    """Return the version of the Java that Spark will use.

    Raises
    ------
    JavaMissingError
        When there is none, or it is older than Spark 4 allows.
    """
    wanted = f"Spark 4 needs Java {OLDEST_JAVA} or newer"
    advice = "install one (Debian, Ubuntu: apt-get install openjdk-17-jre-headless) or point JAVA_HOME to it"
    java = find_java()
    if java is None:
        raise JavaMissingError(f"{wanted}, and no java was found; {advice}")
    version = _java_version(java)
    if version is None or int(version.split(".")[0]) < OLDEST_JAVA:
        raise JavaMissingError(f"{wanted}, and {java} is version {version or 'unknown'}; {advice}")
    return version


def find_java() -> str | None:
    """Return the path of the Java that Spark's scripts start; None when there is none."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")


def _java_version(java: str) -> str | None:
    try:
        done = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    # `openjdk version "17.0.15" 2025-04-15`; Java 8 calls itself 1.8
    found = re.search(r'version "(\d+(?:\.\d+)*)', done.stderr + done.stdout)
    return found.group(1) if found else None
