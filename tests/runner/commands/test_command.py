"""The command line: one clear line for what is wrong, and nothing run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner.__main__ import main
from runner.campaigns.lock import hold_lock
from runner.clusters.host import visible_memory_mib
from store import open_store

GOOD = {
    "--application": "tiny_cnn",
    "--executors": "1,2",
    "--images-per-partition": "20,50",
    "--sampling-rates": "1,10,100",
    "--synthetic": "400",
}


def run_main(home: Path, *more: str, **changed: str) -> int:
    options = GOOD | {"--" + name.replace("_", "-"): value for name, value in changed.items()}
    given = [part for option in options.items() for part in option]
    return main(["profile", *given, *more, "--home", str(home)])


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("application", "resnet", "--application: unknown application 'resnet'; did you mean 'resnet50'?"),
        ("executors", "0", "--executors: '0' is not a whole number"),
        ("executors", "1,,2", "--executors: '' is not a whole number"),
        ("cores", "one", "--cores: 'one' is not a whole number"),
        ("memory", "450m", "--memory: '450m' is too small for a Spark executor; the least is 512m"),
        ("sampling_rates", "200", "--sampling-rates: '200' is not a percentage"),
        ("synthetic", "0", "--synthetic: '0' is not a whole number"),
        ("total_cores", "1:8:2:2", "--total-cores: '1:8:2:2' is not a range"),
        ("repeats", "0", "--repeats: '0' is not a whole number"),
        ("limit_runs", "some", "--limit-runs: 'some' is not a whole number"),
        ("for", "0", "--for: '0' is not a time"),
        ("timeout", "soon", "--timeout: 'soon' is not a time"),
    ],
)
def test_a_bad_value_is_one_line_and_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, message: str
) -> None:
    assert run_main(tmp_path, **{option: value}) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: " + message)
    assert captured.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_memory_beyond_the_machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_main(tmp_path, memory=f"{visible_memory_mib()}m") == 2
    assert "error: --memory: 2 executors with" in capsys.readouterr().err


def test_an_empty_folder_of_images(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--application", "tiny_cnn", "--executors", "1", "--images-per-partition", "5"]
    assert main(["profile", *arguments, "--images", str(tmp_path), "--home", str(tmp_path / "home")]) == 2
    assert "error: --images: no image below" in capsys.readouterr().err


def test_images_must_come_from_somewhere(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["profile", "--application", "tiny_cnn", "--executors", "1", "--images-per-partition", "5"])
    assert stopped.value.code == 2
    assert "one of the arguments --images --synthetic is required" in capsys.readouterr().err


def test_a_dry_run_shows_the_grid_and_runs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_main(tmp_path, "--dry-run", "--json", repeats="3") == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["planned"] == len(plan["runs"]) == 2 * 2 * 3 * 3
    assert {run["input_images"] for run in plan["runs"]} == {4, 40, 400}
    assert open_store(tmp_path).runs.load().empty
    assert open_store(tmp_path).campaigns.load().empty
    assert not (tmp_path / "datasets").exists()


TABLE_9 = {
    "executors": "1:3:1",
    "memory": "2g:14g:2g",
    "images_per_partition": "20:100:20",
    "sampling_rates": "1:100:x10",
}


@pytest.mark.parametrize("cores", ["cores", "spread_cores"])
def test_table_9_is_1260_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str], cores: str) -> None:
    # More memory than most machines have: it can be planned everywhere.
    assert run_main(tmp_path, "--dry-run", "--json", **TABLE_9, **{cores: "2:8:2"}) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["planned"] == len(plan["runs"]) == 1260
    assert max(run["total_cores"] for run in plan["runs"]) == 24
    assert (plan["beyond_this_machine"] > 0) == (visible_memory_mib() < 3 * 14 * 1024)


def test_two_executors_share_five_cores(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_main(tmp_path, "--dry-run", "--json", executors="2", total_cores="5") == 0
    runs = json.loads(capsys.readouterr().out)["runs"]
    assert [run["executor_cores"] for run in runs] == [[3, 2]] * 6


def test_a_dry_run_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_main(tmp_path, "--dry-run", campaign="mine") == 0
    out = capsys.readouterr().out
    assert "images_per_partition" in out
    assert out.endswith("campaign mine: 12 runs planned, 0 already done\n")


def test_without_java_it_says_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert run_main(tmp_path / "home") == 1
    assert "no java was found; install one" in capsys.readouterr().err


def test_one_campaign_at_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with hold_lock(tmp_path):
        holder = (tmp_path / "runner.lock").read_text().strip()
        assert run_main(tmp_path, synthetic="1") == 1
    assert f"error: process {holder} is already measuring" in capsys.readouterr().err
