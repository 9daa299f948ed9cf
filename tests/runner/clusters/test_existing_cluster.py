"""Runs on a cluster that exists already: one with two workers, of two cores each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from runner.__main__ import main
from runner.campaigns import preflight
from runner.campaigns.preflight import ensure_usable
from runner.campaigns.report import make_report
from runner.clusters.conditions import describe_conditions
from runner.clusters.host import host_name
from runner.clusters.target import read_target
from runner.errors import RunnerError
from runner.inputs.manifest import ImageRef
from runner.inputs.synthetic import make_synthetic
from runner.jobs.preflight import find_problems, versions
from runner.runs.execution import Execution, execute_run
from runner.spec import RunSpec
from store import open_store
from tests.runner.helpers import processes_of, run_command, run_profile
from tests.runner.samples import write_samples
from tests.standalone import running_cluster

IMAGES = 6
UNEVEN = ("--executors", "2", "--total-cores", "3", "--memory", "512m", "--images-per-partition", "1")


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_cluster(tmp_path_factory.mktemp("theirs"), (2, 2), worker_memory_mib=2048) as url:
        yield url


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Sequence[ImageRef]:
    return make_synthetic(tmp_path_factory.mktemp("photos"), IMAGES, seed=0).images


def make_spec(home: Path, master: str, executor_cores: list[int]) -> RunSpec:
    target = read_target(master, [], None)
    return RunSpec(
        run_id="run",
        work_dir=str(home / "run"),
        application="tiny_cnn",
        executor_cores=executor_cores,
        executor_memory_mib=512,
        images=IMAGES,
        tasks=3,
        batch_size=2,
        seed=0,
        task_cpus=1,
        launch_timeout_s=60.0,
        timeout_s=180.0,
        master=target.master,
        conf=dict(target.conf),
    )


def run(spec: RunSpec, photos: Sequence[ImageRef], home: Path) -> Execution:
    execution = execute_run(spec, photos, home)
    assert not processes_of(home)
    return execution


@pytest.mark.slow
def test_images_are_classified_there(
    tmp_path: Path, master: str, photos: Sequence[ImageRef], networks: dict[str, Any]
) -> None:
    """Code, the list of images and weights get there through Spark."""
    images, out, trained = Path(photos[0].path).parent, tmp_path / "out", networks["trained"]
    command = ["classify", "--application", "tiny_cnn", "--images", str(images), "--out", str(out), "--master", master]
    sizes = ["--executors", "2", "--images-per-partition", "2", "--memory", "512m"]
    done = run_command(*command, *sizes, "--weights", trained["weights"], "--home", str(tmp_path / "home"))
    assert done.returncode == 0, done.stderr
    rows = pd.read_parquet(out)
    assert sorted(rows["image"]) == sorted(str(photo) for photo in photos)
    for _, row in rows.iterrows():
        assert list(row["classes"]) == trained["classes"][Path(row["image"]).name]
    # The run is in the log, which it is as ok only when it was valid: exactly the executors that were asked for, all
    # there before the job, each with work, nothing retried, every image predicted.
    store = open_store(tmp_path / "home")
    (run,) = store.runs.load().to_dict("records")
    assert (run["status"], run["origin"], run["input_images"], run["settings"]["predictions"]) == (
        "ok",
        "measured",
        6,
        6,
    )
    assert run["settings"]["master"] == "standalone"
    assert run["cluster"] == f"spark-{host_name()}"
    assert store.runs.executors(run["run_id"])["cores"].tolist() == [1, 1]
    assert processes_of(tmp_path) == []


@dataclass(frozen=True)
class Ran:
    """A campaign that ran there, and what it said."""

    home: Path
    said: str

    @property
    def row(self) -> dict[Any, Any]:
        """Its only run."""
        (row,) = open_store(self.home).runs.load().to_dict("records")
        return row


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, master: str, networks: dict[str, Any]) -> Ran:
    """A user's model, for grey images, on CIFAR-10 records of which one is cut short, on uneven executors."""
    home = tmp_path_factory.mktemp("home")
    records = write_samples(tmp_path_factory.mktemp("samples") / "cifar")
    model = ("--model", networks["grey"], "--application", "grey_net", "--images", str(records))
    done = run_profile(home, *UNEVEN, *model, "--master", master)
    assert done.returncode == 0, done.stderr
    return Ran(home, done.stderr)


@pytest.mark.thorough
def test_a_campaign_with_uneven_executors_runs_there(ran: Ran) -> None:
    row, store = ran.row, open_store(ran.home)
    assert (row["status"], row["num_executors"], row["total_cores"], row["executor_cores"]) == ("ok", 2, 3, 2)
    assert sorted(store.runs.executors(row["run_id"])["cores"]) == [1, 2]
    assert row["settings"]["master"] == "standalone"
    # Of this machine, where only the driver ran, nothing is told as if it were of the nodes.
    assert not row["settings"].keys() & {"oversubscribed", "isolated", "host_cpus", "host_cpu_model", "other_cores"}
    assert make_report(store, row["campaign"])
    cluster = store.clusters.get("here")
    assert cluster is not None
    assert cluster.description == "Existing Spark standalone cluster"


@pytest.mark.thorough
def test_a_users_model_is_sent_there(ran: Ran) -> None:
    row = ran.row
    assert (row["application"], row["input_images"], row["settings"]["predictions"]) == ("grey_net", 2, 1)
    assert row["settings"]["input_size"] == 30
    assert len(row["settings"]["model_sha256"]) == 64
    assert row["settings"]["dataset"].startswith("cifar10-2-")


@pytest.mark.thorough
def test_a_record_that_is_cut_short_is_counted_and_named(ran: Ran) -> None:
    settings = ran.row["settings"]
    assert settings["corrupt_images"] == 1
    assert settings["corrupt_examples"] == ["data_batch_1.bin#1: the record is cut short"]
    assert "1 of 2 images could not be read: data_batch_1.bin#1: the record is cut short" in ran.said


def test_a_dry_run_shows_what_would_be_submitted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "--application",
        "tiny_cnn",
        *UNEVEN,
        "--synthetic",
        "6",
        "--master",
        "spark://127.0.0.1:9",
        "--dry-run",
    ]
    assert main(["profile", *arguments, "--home", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "spark.cores.max=3\n" in out
    assert "spark.driver.host=127.0.0.1\n" in out


@pytest.mark.thorough
def test_executors_that_the_workers_cannot_hold_are_refused_in_time(
    tmp_path: Path, master: str, photos: Sequence[ImageRef]
) -> None:
    result = run(make_spec(tmp_path, master, [2, 1, 1]), photos, tmp_path).result
    assert (result["ok"], result["failure_kind"]) == (False, "launch")
    assert result["error"].startswith(
        "the cluster granted executors with [2, 2] cores, [1, 1, 2] were asked for; uneven"
    )


def test_what_an_executor_would_lack_is_told(photos: Sequence[ImageRef]) -> None:
    here = versions()
    assert list(find_problems([photos[0].path], here)(iter([0]))) == []
    problems = list(find_problems(["/nowhere/a.jpg", "/nowhere/b.jpg"], here | {"TensorFlow": "1.0"})(iter([0])))
    assert len(problems) == 2
    assert problems[0].startswith(f"TensorFlow is {here['TensorFlow']} on ")
    assert problems[0].endswith(", 1.0 here")
    assert "has no /nowhere/a.jpg; images must be under the same path on every node" in problems[1]


def test_a_cluster_that_is_not_there_is_refused(tmp_path: Path, photos: Sequence[ImageRef]) -> None:
    spec = make_spec(tmp_path, "spark://127.0.0.1:9", [1])
    with pytest.raises(RunnerError, match="nothing answers at spark://127"):
        ensure_usable(spec, photos, tmp_path)
    assert not processes_of(tmp_path)


def test_the_cause_of_a_refusal_is_told(
    tmp_path: Path, photos: Sequence[ImageRef], monkeypatch: pytest.MonkeyPatch
) -> None:
    error = (
        "Py4JJavaError: An error occurred while calling None.org.apache.spark.api.java.JavaSparkContext.\n"
        ": org.apache.spark.SparkException: External scheduler cannot be instantiated\n"
        "\tat org.apache.spark.SparkContext$.createTaskScheduler(SparkContext.scala:3205)\n"
        "Caused by: io.fabric8.kubernetes.client.KubernetesClientException: pods is forbidden\n"
        "\t... 20 more\n"
    )

    def execute_run(spec: RunSpec, *_: Any) -> Execution:
        spec.folder.mkdir()
        return Execution(datetime.now(UTC), 1.0, {"ok": False, "failure_kind": None, "error": error}, None, None)

    monkeypatch.setattr(preflight, "execute_run", execute_run)
    spec = replace(make_spec(tmp_path, "spark://127.0.0.1:9", [1]), master="yarn")
    with pytest.raises(RunnerError, match=r"^--master: io\.fabric8\..*KubernetesClientException: pods is forbidden$"):
        ensure_usable(spec, photos, tmp_path)


@pytest.mark.thorough
def test_what_nobody_could_check_is_said(tmp_path: Path, master: str) -> None:
    conditions = describe_conditions(make_spec(tmp_path, master, [1, 1]), host_cpus=2)
    assert conditions == {
        "master": "standalone",
        "memory_regime": "free",
        "conf": {},
        "not_verified": [
            "other load on the nodes",
            "hardware of the nodes",
            "executors use no more CPUs than cores",
            "executors on CPUs of their own",
        ],
    }
