"""A real campaign: two executors, rows, event logs, what others see of its processes, and taking it up again."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from store import open_store
from store.eventlogs.eventlog import EventLog
from tests.runner.helpers import Finished, kept_log, processes_of, profile_here

MIB = 1024**2


@pytest.fixture(scope="module")
def logs(campaign: Finished) -> list[EventLog]:
    """The event logs of the campaign's runs, fewest images first."""
    return [kept_log(campaign.home, run_id) for run_id in campaign.runs["run_id"]]


def test_every_planned_run_is_a_row(campaign: Finished) -> None:
    runs = campaign.runs
    assert len(runs) == 2
    assert runs["status"].tolist() == ["ok", "ok"]
    assert runs["origin"].unique().tolist() == ["measured"]
    assert runs["input_images"].tolist() == [2, 20]
    assert runs["dataset_images"].tolist() == [20, 20]
    assert runs["sampling_rate_pct"].tolist() == [10.0, 100.0]
    assert runs["executor_memory_gb"].tolist() == [1.0, 1.0]
    assert runs["total_cores"].tolist() == [2, 2]
    assert (runs["completion_time_s"] > 0).all()
    assert runs["started_at"].notna().all()
    assert runs["spark_version"].tolist() == ["4.3.0", "4.3.0"]


def test_predictions_equal_images(campaign: Finished) -> None:
    assert [settings["predictions"] for settings in campaign.runs["settings"]] == [2, 20]


def test_images_per_partition_decides_the_tasks(campaign: Finished, logs: list[EventLog]) -> None:
    assert [settings["tasks"] for settings in campaign.runs["settings"]] == [1, 4]
    assert [len(log.tasks) for log in logs] == [1, 4]
    store = open_store(campaign.home)
    assert [len(store.runs.tasks(run_id)) for run_id in campaign.runs["run_id"]] == [1, 4]


def test_two_executors_really_worked(campaign: Finished, logs: list[EventLog]) -> None:
    busy = logs[1]
    assert {task.executor_id for task in busy.tasks} == set(busy.executors)
    assert [executor.cores for executor in busy.executors.values()] == [1, 1]
    assert all(executor.added_ms <= (busy.first_job_ms or 0) for executor in busy.executors.values())
    assert open_store(campaign.home).runs.executors(campaign.runs["run_id"][1])["tasks"].min() >= 1


def test_an_executor_without_a_task_is_said(campaign: Finished) -> None:
    assert [settings["idle_executors"] for settings in campaign.runs["settings"]] == [1, 0]
    assert "1 task, so 1 executor had nothing to do" in campaign.stderr


def test_completion_time_is_that_of_the_jobs(campaign: Finished, logs: list[EventLog]) -> None:
    assert campaign.runs["completion_time_s"].tolist() == [log.completion_time_s for log in logs]
    for settings, log in zip(campaign.runs["settings"], logs, strict=True):
        assert len(log.jobs) == 1
        assert settings["startup_s"] == ((log.first_job_ms or 0) - (log.app_start_ms or 0)) / 1000
        assert 0 < settings["executor_launch_s"] <= settings["startup_s"] < settings["run_wall_s"]


def test_phases_are_measured_apart(campaign: Finished) -> None:
    few, many = campaign.runs["settings"]
    for settings in (few, many):
        assert settings["model_load_s"] > 0
        work_s = settings["decode_s"] + settings["predict_s"]
        assert work_s == pytest.approx(settings["work_wall_s"], abs=0.01)
        assert settings["work_cpu_s"] <= 1.1 * settings["work_wall_s"] + 0.5
    assert many["decode_s"] > few["decode_s"]


def test_the_model_is_loaded_once_a_worker_and_not_once_a_partition(campaign: Finished) -> None:
    few, many = campaign.runs["settings"]
    assert (few["model_loads"], few["tasks"]) == (1, 1)
    assert (many["model_loads"], many["tasks"]) == (2, 4)


def test_peak_memories_are_those_of_the_jvm_and_of_python(campaign: Finished) -> None:
    store = open_store(campaign.home)
    executors = store.runs.executors(campaign.runs["run_id"][1])
    assert executors["peak_heap_bytes"].between(10 * MIB, 1024 * MIB).all()
    assert executors["peak_jvm_bytes"].between(100 * MIB, 4096 * MIB).all()
    assert executors["peak_python_bytes"].between(100 * MIB, 4096 * MIB).all()  # TensorFlow is in there


def test_a_run_says_on_what_machine_it_ran(campaign: Finished) -> None:
    settings = campaign.runs["settings"][1]
    assert settings["host_cpu_model"]
    assert settings["host_memory_gib"] > 0
    assert 0 < settings["cpu_per_task_core"] < 1.5


def test_the_settings_describe_the_run(campaign: Finished) -> None:
    settings = campaign.runs["settings"][1]
    assert settings["memory_regime"] == "free"
    assert settings["gc"] == "ParallelGC"
    assert settings["worker_reuse"] is True
    assert settings["normalization"] == "folded"
    assert settings["task_cpus"] == 1
    assert settings["input_size"] == 32
    assert settings["batch_size"] == 5
    assert settings["dataset"] == "synthetic-20-seed0"
    assert settings["oversubscribed"] == (settings["host_cpus"] < 2)


def test_what_else_the_machine_did_is_noted(campaign: Finished) -> None:
    for settings in campaign.runs["settings"]:
        assert settings["host_load_before"] >= 0
        assert 0 <= settings["other_cores"] <= settings["host_cpus"]
        assert settings["stolen_cores"] >= 0


def test_the_cluster_is_described_without_paths(campaign: Finished) -> None:
    cluster = open_store(campaign.home).clusters.get("here")
    assert cluster is not None
    assert cluster.hardware["logical_cpus"] >= 1
    assert cluster.hardware["memory_gib"] > 0
    assert cluster.hardware["cpu_model"]
    assert "/" not in "".join(str(value) for value in cluster.hardware.values())


def test_nothing_is_left_but_results(campaign: Finished) -> None:
    assert processes_of(campaign.home) == []
    assert not (campaign.home / "work").exists()
    ids = set(campaign.runs["run_id"])
    assert {path.name for path in (campaign.home / "eventlogs").iterdir()} == {f"{run_id}.zstd" for run_id in ids}


def test_each_run_has_a_log(campaign: Finished) -> None:
    folders = {path.name: path for path in (campaign.home / "logs").iterdir()}
    assert set(folders) == set(campaign.runs["run_id"])
    for folder in folders.values():
        assert {"driver.log", "master.log", "worker-0.log", "supervisor.log"} <= {
            path.name for path in folder.iterdir()
        }


def test_the_command_reports_what_it_did(campaign: Finished) -> None:
    summary = campaign.summary
    assert summary["campaign"].startswith("tiny_cnn-")
    assert {key: summary[key] for key in ("planned", "already_done", "ok", "failed")} == {
        "planned": 2,
        "already_done": 0,
        "ok": 2,
        "failed": 0,
    }
    assert "[1/2]" in campaign.stderr
    assert "[2/2]" in campaign.stderr
    assert "1 left, expected end" in campaign.stderr
    assert "\x1b" not in campaign.stderr  # not a terminal


def test_the_same_command_again_runs_nothing(campaign: Finished, capsys: pytest.CaptureFixture[str]) -> None:
    before = campaign.runs["run_id"].tolist()
    assert profile_here(campaign.home, *campaign.arguments) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["already_done"], summary["ok"], summary["failed"]) == (2, 0, 0)
    assert campaign.runs["run_id"].tolist() == before


def test_a_dry_run_knows_what_is_done_and_runs_nothing(campaign: Finished, capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--repeats", "2", "--campaign", campaign.summary["campaign"], "--dry-run"]
    assert profile_here(campaign.home, *campaign.arguments, *more) == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["planned"], plan["already_done"]) == (4, 2)
    assert sorted((run["input_images"], run["tasks"], run["repeat"], run["done"]) for run in plan["runs"]) == [
        (2, 1, 1, True),
        (2, 1, 2, False),
        (20, 4, 1, True),
        (20, 4, 2, False),
    ]
    assert len(campaign.runs) == 2


def test_a_campaign_keeps_its_images(campaign: Finished, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [*campaign.arguments, "--campaign", campaign.summary["campaign"], "--synthetic", "30"]
    assert profile_here(campaign.home, *arguments) == 2
    said = capsys.readouterr().err
    assert "exists with dataset 'synthetic-20-seed0', this command has 'synthetic-30-seed0'" in said
    assert len(said.splitlines()) == 1


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


def test_all_but_executors_start_from_the_class_archive(campaign: Finished) -> None:
    assert campaign.live.archived == {"master": True, "worker": True, "driver_jvm": True, "executor": False}
