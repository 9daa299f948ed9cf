"""The commands report, residuals and effects as a user meets them."""

from __future__ import annotations

import json
from collections import Counter

import pandas as pd
import pytest

from perfmodel import catalog
from perfmodel.__main__ import main
from perfmodel.scenarios import SCENARIOS
from perfmodel.scores.accuracy import HELD_OUT, PAPER
from store import open_store
from tests.commands import give

MEASURED = ["--application", "resnet50", "--cluster", "local-2core-epyc"]


def perfmodel(*arguments, home):
    return give(main, *arguments, "--home", str(home))


def run(application, executors, cores, rate, **changes):
    seconds = 5 + 6 * rate / (executors * cores)
    settings = {"application": application, "cluster": "mine", "executor_memory_gb": 2.0, "images_per_partition": 20}
    return {
        **settings,
        "num_executors": executors,
        "executor_cores": cores,
        "sampling_rate_pct": rate,
        "completion_time_s": seconds,
        "origin": "measured",
        **changes,
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A cluster with two applications that can be fitted, one with one configuration, and one whose runs all failed."""
    grid = [(e, c, rate) for e in (1, 2) for c in (1, 2) for rate in (1.0, 10.0, 100.0)]
    runs = [run(name, *point) for name in ("cnn", "other <cnn>") for point in grid]
    runs += [run("small", 1, 1, rate) for rate in (1.0, 10.0, 100.0)]
    runs += [run("broken", 1, 1, 100.0, status="oom", completion_time_s=None)]
    home = tmp_path_factory.mktemp("clusters")
    open_store(home).runs.add(pd.DataFrame(runs))
    return home


@pytest.mark.thorough
def test_a_cluster_of_several_applications_is_reported_printed_and_saved(home, tmp_path):
    done = perfmodel("report", "--cluster", "mine", "--out", str(tmp_path / "v1.2"), home=home)
    assert done.returncode == 0, done.stderr
    assert "broken on mine: left out" in done.stderr
    for name in ("cnn", "other <cnn>"):
        assert f"**{name}: what was chosen**" in done.stdout
        for scenario in SCENARIOS:
            assert f"- {name}: scenario {scenario}" not in done.stdout, "every scenario is fitted"
    assert "- small: scenario 5 was not fitted: scenario 5 needs runs of at least 2 configurations" in done.stdout
    assert (tmp_path / "v1.2.md").read_text() == done.stdout
    page = (tmp_path / "v1.2.html").read_text()
    assert "other &lt;cnn&gt;" in page
    assert "other <cnn>" not in page
    assert page.count("<svg") == 3 * 2

    again = perfmodel("report", "--cluster", "mine", "--application", "cnn", "--json", home=home)
    assert "registered before" in again.stderr
    found = json.loads(again.stdout)
    assert [row["scenario"] for row in found["scenarios"]] == list(SCENARIOS)
    assert {row["application"] for part in found.values() for row in part} == {"cnn"}
    assert {row["technique"] for row in found["techniques"]} == {"lasso", "ridge", "random_forest", "mlp"}
    assert {row["searched_by"] for row in found["choices"] if row["scenario"] == "4-2"} == {"single rows"}


def test_a_report_of_nothing_says_what_there_is(home):
    done = perfmodel("report", "--cluster", "moon", home=home)
    assert done.returncode == 2
    assert "no runs of anything on moon" in done.stderr
    done = perfmodel("report", "--application", "broken", home=home)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: no run ended well")


def test_residuals_of_each_run_and_scenario(demo_home):
    done = perfmodel("residuals", *MEASURED, "--json", home=demo_home)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    measured = open_store(demo_home).runs.load(*MEASURED[1::2]).set_index("run_id")
    whole, some = int(measured["sampling_rate_pct"].eq(100).sum()), len(measured)
    assert 0 < whole < some
    assert Counter((row["scenario"], row["protocol"]) for row in rows) == {
        ("baseline", PAPER): whole,
        ("baseline", HELD_OUT): whole,
        ("4-2", PAPER): some,
        ("4-2", HELD_OUT): some,
        ("5", PAPER): some,
        ("5", HELD_OUT): some,
    }
    runs = measured["completion_time_s"]
    for row in rows:
        assert row["actual_s"] == runs[row["run_id"]]
        assert row["residual_s"] == pytest.approx(row["actual_s"] - row["predicted_s"])


def test_residuals_as_csv_of_one_scenario(demo_home):
    done = perfmodel("residuals", *MEASURED, "--scenario", "5", "--format", "csv", home=demo_home)
    head, *lines = done.stdout.splitlines()
    assert head.startswith("run_id,application,cluster,num_executors,executor_cores,")
    assert len(lines) == 2 * len(open_store(demo_home).runs.load(*MEASURED[1::2]))
    done = perfmodel("residuals", *MEASURED, "--scenario", "7", home=demo_home)
    assert done.returncode == 2
    assert "no registered model" in done.stderr


def test_effects_on_task_time(demo_home):
    """More data make a run longer in the first place by more tasks, only then by longer ones."""
    found = []
    for of_what in (["--task-time"], []):
        done = perfmodel("effects", *MEASURED, *of_what, "--json", home=demo_home)
        assert done.returncode == 0, done.stderr
        found.append({(row["column"], row["level"]): row["mean"] for row in json.loads(done.stdout)})
    of_tasks, of_runs = found
    assert of_tasks.keys() == of_runs.keys()
    assert all(0 < mean <= 1 for mean in of_tasks.values())
    assert of_runs["sampling_rate_pct", 1] < of_tasks["sampling_rate_pct", 1]
    done = perfmodel("effects", "--application", "resnet50", "--cluster", "paper-2020", "--task-time", home=demo_home)
    assert done.returncode == 2
    assert "no run has task records" in done.stderr


def test_effects_of_nothing_say_what_there_is(demo_home):
    done = perfmodel("effects", "--application", "vgg", "--cluster", "moon", home=demo_home)
    assert done.returncode == 2
    assert "no runs of vgg on moon" in done.stderr


def test_an_out_that_cannot_be_written_is_one_clear_line(home, tmp_path):
    done = perfmodel("report", "--application", "small", "--out", str(tmp_path / "no" / "where"), home=home)
    assert done.returncode == 2
    assert "--out: cannot write" in done.stderr
    assert catalog.has_models(open_store(home), "small", "mine") is False
