"""The private cluster's secret, and what else of a run only its own processes are to see, on a cluster that runs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from runner.authentication import write_private_conf
from runner.cluster import start_cluster
from runner.environment import MARKER, spark_home
from runner.spec import RunSpec
from tests.runner.helpers import PATIENCE_S, processes_of, start_profile, wait_until
from tests.runner.standalone import Operator


def test_only_its_owner_reads_the_secret(tmp_path: Path) -> None:
    path = write_private_conf(tmp_path / "conf")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert read_secret(path) != read_secret(write_private_conf(tmp_path / "another"))


def test_who_does_not_know_the_secret_is_turned_away(tmp_path: Path) -> None:
    conf = write_private_conf(tmp_path / "conf").parent
    ours, stranger = Operator(tmp_path, {"SPARK_CONF_DIR": str(conf)}), Operator(tmp_path)
    one = RunSpec("-", str(tmp_path), "-", [1], 512, 0, 0, 0, 0, 1, PATIENCE_S, PATIENCE_S)
    try:
        master = start_cluster(ours, one)
        worker = [str(spark_home() / "bin" / "spark-class"), "org.apache.spark.deploy.worker.Worker"]
        log = stranger.start("stranger", [*worker, "--host", "127.0.0.1", "--webui-port", "0", master])
        wait_until(lambda: "Failed to connect to master" in log.read_text(), "the refusal")
        assert "Expected SaslMessage" in (tmp_path / "master.log").read_text()
        assert (tmp_path / "master.log").read_text().count("Registering worker") == 1
    finally:
        ours.stop()
        stranger.stop()


def read_secret(path: Path) -> str:
    (secret,) = re.findall(r"^spark\.authenticate\.secret (\w{64})$", path.read_text(), re.MULTILINE)
    return str(secret)


@dataclass(frozen=True)
class Live:
    """A run as it was when its Python worker computed, and what it left."""

    secret: str
    command_lines: list[str]
    executor_cpus: list[int]
    python_cpus: list[int]
    python_tmpdir: str
    home: Path
    status: int


def find_process(home: Path, *words: str) -> psutil.Process | None:
    """A process of the home's runs whose command line holds all these words."""
    for process in psutil.process_iter():
        try:
            known = process.environ().get(MARKER) == str(home)
            if known and all(word in " ".join(process.cmdline()) for word in words):
                return process
        except psutil.Error:
            continue
    return None


def look(home: Path) -> Live:
    runner = start_profile(home, "--executors", "1", "--images-per-partition", "10", "--synthetic", "10")
    try:
        wait_until(lambda: find_process(home, "-m runner.daemon") is not None, "a Python worker")
        executor, python = find_process(home, "CoarseGrainedExecutorBackend"), find_process(home, "-m runner.daemon")
        assert executor is not None
        assert python is not None
        (conf,) = home.glob("work/*/conf/spark-defaults.conf")
        seen = (
            read_secret(conf),
            [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])],
            executor.cpu_affinity(),
            python.cpu_affinity(),
            python.environ()["TMPDIR"],
        )
        runner.communicate(timeout=PATIENCE_S)
        return Live(*seen, home, runner.returncode)
    finally:
        runner.kill()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    home = tmp_path_factory.mktemp("live").resolve()
    yield look(home)
    assert processes_of(home) == []


def test_a_run_with_a_secret_succeeds(live: Live) -> None:
    assert live.status == 0


def test_no_command_line_shows_the_secret(live: Live) -> None:
    assert any("CoarseGrainedExecutorBackend" in line for line in live.command_lines)
    assert not any(live.secret in line for line in live.command_lines)


def test_nothing_that_is_kept_holds_the_secret(live: Live) -> None:
    kept = [path for path in live.home.rglob("*") if path.is_file()]
    assert any("logs" in path.parts for path in kept)
    assert not [path for path in kept if live.secret.encode() in path.read_bytes()]


def test_an_executor_and_its_python_workers_keep_to_their_cpus(live: Live) -> None:
    cpus = len(os.sched_getaffinity(0))
    assert live.executor_cpus == live.python_cpus
    assert len(live.python_cpus) == 1 or cpus == 1


def test_temporary_files_go_away_with_the_run(live: Live) -> None:
    assert live.python_tmpdir.startswith(str(live.home / "work"))
    assert not Path(live.python_tmpdir).exists()
