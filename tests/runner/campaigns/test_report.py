"""The report of a campaign: from rows of the store to text and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from runner.__main__ import main
from runner.networks.applications import get_application
from runner.plans.grid import grid_runs
from runner.plans.plan import Plan
from store import open_store
from tests.runner.rows import frame, row

OOM = {"status": "oom", "failure_kind": "oom_heap"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two of four configurations were run, three times each; one configuration ran out of memory."""
    runs = grid_runs(
        layouts=[(1, 1), (1, 2)],
        memory_mib=[1024],
        images_per_partition=[50, 100],
        sampling_rates_pct=[100.0],
        repeats=3,
        seed=0,
    )
    store = open_store(tmp_path)
    store.campaigns.put("c", Plan(get_application("resnet50"), "here", "photos", 500, 0, runs).as_json())
    two = {"executor_cores": 2, "total_cores": 2}
    store.runs.add(
        frame(
            *(row(time, repeat=number) for number, time in enumerate((30.0, 30.3, 29.7), start=1)),
            *(row(time, repeat=number, **two) for number, time in enumerate((15.0, 15.0), start=1)),
            row(20.0, repeat=3, settings={"other_cores": 0.8}, **two),
            row(None, repeat=1, images_per_partition=100, settings={"reason": "Java heap space"}, **OOM),
        )
    )
    return tmp_path


def test_the_report_for_people(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--campaign", "c", "--home", str(home)]) == 0
    text = capsys.readouterr().out
    assert "Campaign c: resnet50 on here, images photos\n  13 runs, 7 done, 6 left; 1 failed" in text
    assert "1 oom_heap; the last: 1 x 1 cores, 1 GiB, 100 images/partition, 100 %, repeat 1: Java heap space" in text
    assert "below 5 % in 1 of 2 configurations, median 9.2 %, largest 17.3 %" in text
    assert "100 %, repeat 3 (20.0 s): other processes kept 0.80 of 2 cores busy" in text
    assert "+5.0 s from the median of its repeats" in text
    assert "repeat 2: below the least memory: 100 images per partition on 1 cores need 2 GiB or more" in text


def test_runs_of_elsewhere_under_the_same_name_are_not_the_campaigns(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    others = {"images_per_partition": 100, "repeat": 2}
    open_store(home).runs.add(frame(row(30.0, cluster="there", **others), row(30.0, application="xception", **others)))
    assert main(["report", "--campaign", "c", "--home", str(home), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["done"], len(report["variations"])) == (7, 2)


def test_a_run_that_failed_and_then_did_not_is_no_failure(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    later = {"started_at": pd.Timestamp("2030-01-01", tz="UTC")}
    open_store(home).runs.add(frame(row(21.0, repeat=1, images_per_partition=100, **later)))
    assert main(["report", "--campaign", "c", "--home", str(home), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["failures"] == {}


def test_the_report_for_scripts(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--campaign", "c", "--home", str(home), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["planned"], report["done"], report["left"], report["failures"]) == (13, 7, 6, {"oom_heap": 1})
    assert [(one["total_cores"], one["runs"], round(one["cv_pct"], 1)) for one in report["variations"]] == [
        (1, 3, 1.0),
        (2, 3, 17.3),
    ]
    assert report["safe_memory"] == [
        {"images_per_partition": 50, "executor_cores": 1, "safe_gib": 1.0, "lacking_gib": None},
        {"images_per_partition": 50, "executor_cores": 2, "safe_gib": 1.0, "lacking_gib": None},
        {"images_per_partition": 100, "executor_cores": 1, "safe_gib": None, "lacking_gib": 1.0},
    ]
    assert [(one["images_per_partition"], one["total_cores"], one["repeat"]) for one in report["skipped"]] == [
        (100, 1, 2),
        (100, 1, 3),
    ]
    assert len(report["disturbed"]) == len(report["unsteady"]) == 1


def test_a_campaign_that_has_not_begun(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = Plan(get_application("resnet50"), "here", "photos", 500, 0, ())
    open_store(tmp_path).campaigns.put("c", plan.as_json())
    assert main(["report", "--campaign", "c", "--home", str(tmp_path)]) == 0
    assert capsys.readouterr().out.endswith("0 runs, 0 done, 0 left; 0 failed\n")


@pytest.mark.parametrize(("name", "hint"), [("C", "there are: c"), ("cc", "did you mean 'c'?")])
def test_an_unknown_campaign(home: Path, capsys: pytest.CaptureFixture[str], name: str, hint: str) -> None:
    assert main(["report", "--campaign", name, "--home", str(home)]) == 2
    assert capsys.readouterr().err == f"error: --campaign: there is no campaign {name!r}; {hint}\n"
