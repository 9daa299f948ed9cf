"""The private cluster's secret; test_campaign looks for it where it must not be."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.clusters.authentication import write_private_conf
from runner.clusters.software import spark_home
from runner.clusters.standalone import start_cluster
from runner.spec import RunSpec
from tests.runner.helpers import PATIENCE_S, wait_until
from tests.runner.live import read_secret
from tests.standalone import Operator


def test_only_its_owner_reads_the_secret(tmp_path: Path) -> None:
    path, another = tmp_path / "one" / "conf", tmp_path / "another" / "conf"
    write_private_conf(path)
    write_private_conf(another)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert read_secret(path) != read_secret(another)


@pytest.mark.thorough
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
