"""The private cluster's secret, and what else of a run only its own processes are to see, on a cluster that runs."""

from __future__ import annotations

import os
from pathlib import Path

from runner.clusters.authentication import write_private_conf
from runner.clusters.software import spark_home
from runner.clusters.standalone import start_cluster
from runner.runs.spec import RunSpec
from tests.runner.helpers import PATIENCE_S, Finished, wait_until
from tests.runner.live import read_secret
from tests.standalone import Operator


def test_only_its_owner_reads_the_secret(tmp_path: Path) -> None:
    path, another = tmp_path / "one" / "conf", tmp_path / "another" / "conf"
    write_private_conf(path)
    write_private_conf(another)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert read_secret(path) != read_secret(another)


def test_who_does_not_know_the_secret_is_turned_away(tmp_path: Path) -> None:
    ours, stranger = Operator(tmp_path), Operator(tmp_path)
    one = RunSpec("-", str(tmp_path), "-", [1], 512, 0, 0, 0, 0, 1, PATIENCE_S, PATIENCE_S)
    try:
        write_private_conf(one.properties)
        master = start_cluster(ours, one, one.properties)
        worker = [str(spark_home() / "bin" / "spark-class"), "org.apache.spark.deploy.worker.Worker"]
        log = stranger.start("stranger", [*worker, "--host", "127.0.0.1", "--webui-port", "0", master])
        wait_until(lambda: "Failed to connect to master" in log.read_text(), "the refusal")
        assert "Expected SaslMessage" in (tmp_path / "master.log").read_text()
        wait_until(lambda: ours.registered() > 0, "our own worker")
        assert ours.registered() == 1
    finally:
        ours.stop()
        stranger.stop()


def test_no_command_line_shows_the_secret(campaign: Finished) -> None:
    live = campaign.live
    assert any("CoarseGrainedExecutorBackend" in line for line in live.command_lines)
    assert not any(live.secret in line for line in live.command_lines)


def test_nothing_that_is_kept_holds_the_secret(campaign: Finished) -> None:
    kept = [path for path in campaign.home.rglob("*") if path.is_file()]
    assert any("logs" in path.parts for path in kept)
    assert not [path for path in kept if campaign.live.secret.encode() in path.read_bytes()]


def test_an_executor_and_its_python_workers_keep_to_their_cpus(campaign: Finished) -> None:
    live, cpus = campaign.live, len(os.sched_getaffinity(0))
    assert live.executor_cpus == live.python_cpus
    assert len(live.python_cpus) == 1 or cpus == 1


def test_temporary_files_go_away_with_the_run(campaign: Finished) -> None:
    assert campaign.live.python_tmpdir.startswith(str(campaign.home / "work"))
    assert not Path(campaign.live.python_tmpdir).exists()
