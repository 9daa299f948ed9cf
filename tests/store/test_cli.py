"""The command as a user meets it: exit status, one clear line, no traceback."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd
import pytest

from store import Metric, ModelDraft, RunRecord, Store, cli, document, open_store, runlog
from store.__main__ import parser
from store.frames import plain_records

ROOT = Path(__file__).parents[2]
Csv = Callable[..., bytes]
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run python -m store on the home that `store` uses, in this process."""
    monkeypatch.setenv("SPARKCAST_HOME", str(tmp_path / "home"))

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        capsys.readouterr()
        try:
            status = cli.run(parser(), arguments)
        except SystemExit as error:  # argparse
            status = int(error.code or 0)
        return subprocess.CompletedProcess(arguments, status, *capsys.readouterr())

    return run


def test_as_a_module_it_says_the_same_in_a_process_of_its_own(csv_of: Csv, tmp_path: Path) -> None:
    (tmp_path / "runs.csv").write_bytes(csv_of({"executor_memory_gb": "1,5"}))
    done = subprocess.run(
        [sys.executable, "-m", "store", "import", str(tmp_path / "runs.csv")],
        cwd=ROOT,
        env={**os.environ, "SPARKCAST_HOME": str(tmp_path / "home"), "PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: runs.csv: line 2, column executor_memory_gb: '1,5' is not a number")


def test_import_then_list(command: Command, csv_of: Csv, tmp_path: Path) -> None:
    file = tmp_path / "runs.csv"
    file.write_bytes(csv_of({"settings": '{"gc": "G1"}'}, {"repeat": 2, "cluster": "other"}))
    done = command("import", str(file))
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "runs.csv: 2 runs added, 0 already there\n",
        "",
    )
    [again] = json.loads(command("import", "--json", str(file)).stdout)
    assert (again["added"], again["already_there"]) == (0, 2)
    [run] = json.loads(command("runs", "--cluster", "lab", "--format", "json").stdout)
    assert list(run) == list(runlog.NAMES)
    assert (run["completion_time_s"], run["repeat"], run["settings"]) == (123.5, None, {"gc": "G1"})
    rows = list(csv.DictReader(io.StringIO(command("runs", "--format", "csv").stdout)))
    assert sorted(row["cluster"] for row in rows) == ["lab", "other"]
    table = command("runs").stdout
    assert "resnet50" in table
    assert "campaign" not in table, "a column without values only takes room"


def test_tasks_of_a_cluster_as_csv(command: Command, store: Store, run: Callable[..., dict[str, Any]]) -> None:
    task = {"stage_id": 0, "task_id": 3, "launch_ms": 10, "finish_ms": 30, "failed": False}
    store.runs.add_records([RunRecord(run(), [task]), RunRecord(run(cluster="other"), [task])])
    [row] = csv.DictReader(io.StringIO(command("tasks", "--cluster", "lab", "--format", "csv").stdout))
    assert list(row) == [column.name for column in runlog.TASK_COLUMNS]
    assert (row["task_id"], row["finish_ms"], row["failed"], row["reason"]) == ("3", "30", "False", "")


def test_exported_csv_can_be_imported_again(command: Command, csv_of: Csv, tmp_path: Path) -> None:
    file = tmp_path / "runs.csv"
    file.write_bytes(csv_of({"settings": '{"gc": "G1"}', "started_at": "2026-01-01", "repeat": 3}))
    command("import", str(file))
    file.write_text(command("runs", "--format", "csv").stdout)
    assert "runs.csv: 0 runs added, 1 already there" in command("import", str(file)).stdout


def test_a_bad_file_is_two_and_one_line(command: Command, csv_of: Csv, tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_bytes(csv_of({"executor_memory_gb": "1,5"}))
    good.write_bytes(csv_of({}))
    done = command("import", str(bad), str(good), str(tmp_path / "absent.csv"))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: bad.csv: line 2, column executor_memory_gb: '1,5' is not a number (GiB); write 1.5 "
        "(nothing was stored)",
        f"error: {tmp_path / 'absent.csv'}: No such file or directory",
    ]
    assert done.stdout == "good.csv: 1 runs added, 0 already there\n"


def test_a_dry_run_shows_the_mapping_and_stores_nothing(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "runs.csv"
    file.write_text("app,where,E_num,C_num,E_mem,CT (min)\nresnet50,lab,4,2,8g,2\nresnet50,lab,x,2,8g,2\n")
    options = (str(file), "--column", "where=cluster", "--sampling-rate", "10")
    done = command("import", *options, "--dry-run")
    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        [
            "runs.csv: CSV, 2 rows, 1 good, 1 bad",
            "  app: application",
            "  where: cluster",
            "  E_num: num_executors",
            "  C_num: executor_cores",
            "  E_mem: executor_memory_gb",
            "  CT (min): completion_time_s, each 60 of its unit",
            "  line 3, column num_executors: 'x' is not a whole number",
        ],
    )
    [preview] = json.loads(command("import", *options, "--dry-run", "--json").stdout)
    assert (preview["good"], preview["sample"][0]["completion_time_s"]) == (1, 120)
    refused = command("import", *options)
    assert (refused.returncode, refused.stderr.splitlines()[-1]) == (
        2,
        "note: --keep-good would take the 1 rows without problems",
    )
    kept = command("import", *options, "--keep-good")
    assert (kept.returncode, kept.stdout) == (0, "runs.csv: 1 runs added, 0 already there, 1 left out\n")
    [run] = json.loads(command("runs", "--json").stdout)
    assert (run["cluster"], run["sampling_rate_pct"]) == ("lab", 10)


def test_an_upload_is_listed_and_undone(command: Command, csv_of: Csv, tmp_path: Path) -> None:
    file = tmp_path / "runs.csv"
    file.write_bytes(csv_of({}))
    command("import", str(file))
    [upload] = json.loads(command("uploads", "--json").stdout)
    assert upload["upload_id"][:8] in command("uploads").stdout
    done = command("undo", upload["upload_id"][:8])
    assert (done.returncode, done.stdout) == (0, "runs.csv: 1 runs removed, 0 kept that a later upload brought too\n")
    assert command("runs").stdout == "nothing found\n"
    again = command("undo", upload["upload_id"])
    assert (again.returncode, again.stdout) == (2, "")
    assert "was undone before" in again.stderr


@pytest.mark.parametrize(
    "arguments", [(), ("fly",), ("import", "x", "--column", "a=b"), ("runs", "--format", "xml"), ("promote", "x")]
)
def test_wrong_arguments_are_two(command: Command, arguments: tuple[str, ...]) -> None:
    done = command(*arguments)
    assert done.returncode == 2
    assert "error:" in done.stderr
    assert "Traceback" not in done.stderr


def test_models_and_promote(command: Command, store: Store) -> None:
    for number in (1, 2):
        draft = ModelDraft("a", "c", "4-2", {}, {}, 0, {}, ["r"], "d", f"f{number}", {})
        store.registry.register(draft, b"model")
    done = command("promote", "a@c/4-2", "2", "--alias", "candidate")
    assert (done.returncode, done.stdout) == (0, "candidate of a@c/4-2 is now version 2\n")
    found = json.loads(command("models", "--json").stdout)
    assert [(one["version"], one["aliases"]) for one in found] == [(1, ["champion"]), (2, ["candidate"])]
    assert "champion" in command("models").stdout
    wrong = command("promote", "a@c/4-2", "7")
    assert (wrong.returncode, wrong.stderr) == (2, "error: a@c/4-2 has no version 7; it has 1 to 2\n")


def test_a_metric_over_the_versions_and_an_alias_that_goes(command: Command, store: Store) -> None:
    for number in (1, 2):
        scores = (Metric("accuracy", "paper", 90.0 + number, "percent"), Metric("t2", "", 3.0, "s"))
        store.registry.register(ModelDraft("a", "c", "5", {}, {}, 0, {}, [], "d", f"f{number}", {}, scores), b"model")
    found = json.loads(command("metrics", "a@c/5", "--json").stdout)
    assert [(one["version"], one["protocol"], one["value"]) for one in found] == [(1, "paper", 91), (2, "paper", 92)]
    times = json.loads(command("metrics", "a@c/5", "--metric", "t2", "--json").stdout)
    assert [one["value"] for one in times] == [3, 3]
    command("promote", "a@c/5", "2", "--alias", "canary")
    assert command("archive", "a@c/5", "2").returncode == 2
    assert command("remove-alias", "a@c/5", "canary").stdout == "canary of a@c/5 is removed\n"
    assert command("archive", "a@c/5", "2").returncode == 0
    nobody = command("aliases", "a@c/6")
    assert (nobody.returncode, nobody.stdout) == (2, "")
    assert "no model is called 'a@c/6'" in nobody.stderr


def test_a_column_that_nobody_knows_can_be_ignored_and_the_note_says_how(
    command: Command, csv_of: Csv, tmp_path: Path
) -> None:
    file = tmp_path / "runs.csv"
    file.write_bytes(csv_of({"my notes": "hello"}))
    refused = command("import", str(file))
    assert refused.returncode == 2
    note = refused.stderr.splitlines()[-1]
    assert note == "note: --column 'my notes=' ignores what is no column of a run log"
    assert command("import", str(file), "--column", "my notes=").stdout == "runs.csv: 1 runs added, 0 already there\n"


def test_a_folder_of_tables_is_said_to_be_one(command: Command, csv_of: Csv, tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "runs.csv").write_bytes(csv_of({}))
    done = command("import", str(tmp_path / "tables"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: tables is a folder without event logs; give tables one by one\n"


def test_format_prints_the_document_and_the_template(command: Command) -> None:
    assert command("format").stdout == document.markdown()
    assert command("format", "--template").stdout == runlog.template()


def test_an_empty_store_says_so(command: Command) -> None:
    done = command("runs")
    assert (done.returncode, done.stdout) == (0, "nothing found\n")
    assert command("runs", "--json").stdout == "[]\n"


def test_a_store_that_cannot_be_used_is_one(command: Command, tmp_path: Path) -> None:
    open_store(tmp_path / "home").home.database.write_bytes(b"damaged" * 1000)
    done = command("runs")
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot open the database")
    assert len(done.stderr.splitlines()) == 1


def test_runs_that_were_set_aside_are_mentioned(command: Command, store: Store) -> None:
    (store.home.inbox / "bad.json").write_text("{")
    done = command("runs", "--json")
    assert (done.returncode, done.stdout) == (0, "[]\n")
    assert done.stderr == (f"note: 1 files are no valid runs; the reasons are in {store.home.inbox / 'rejected'}\n")


def raising(error: BaseException) -> argparse.ArgumentParser:
    def fail(_: argparse.Namespace) -> NoReturn:
        raise error

    made = argparse.ArgumentParser()
    made.set_defaults(func=fail)
    return made


def test_what_nobody_expected_is_one_without_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPARKCAST_DEBUG", raising=False)
    assert cli.run(raising(RuntimeError("boom")), []) == 1
    expected = "unexpected error: RuntimeError: boom (set SPARKCAST_DEBUG=1 for the traceback)\n"
    assert capsys.readouterr().err == expected
    monkeypatch.setenv("SPARKCAST_DEBUG", "1")
    assert cli.run(raising(RuntimeError("boom")), []) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_is_130(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(raising(KeyboardInterrupt()), []) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_reader_that_has_seen_enough_is_no_error(csv_of: Csv, store: Store, tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"repeat": number} for number in range(2_000)]
    store.imports.add(csv_of(*rows), "runs.csv")
    process = subprocess.Popen(
        [sys.executable, "-m", "store", "runs", "--json", "--home", str(store.home.root)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_json_has_no_nan_and_utc_times() -> None:
    frame = pd.DataFrame(
        {"a": [float("nan")], "b": [pd.Timestamp("2026-01-01", tz="UTC")], "c": [pd.NA], "d": [{"x": 1}]}
    )
    assert plain_records(frame) == [{"a": None, "b": "2026-01-01T00:00:00Z", "c": None, "d": {"x": 1}}]
