from __future__ import annotations

import json
import subprocess
import sys

import pytest

from perfmodel import catalog
from perfmodel.__main__ import main
from perfmodel.answers.cost import EXAMPLE_PRICE
from perfmodel.answers.prediction import answer, question
from perfmodel.scenarios import SCENARIOS
from store import open_store
from tests.commands import give

PAIR = ["--application", "resnet50", "--cluster", "paper-2020"]
PREDICT = ["predict", *PAIR, "--executors", "3", "--cores", "8", "--memory", "8g"]


def perfmodel(*arguments, home):
    return give(main, *arguments, "--home", str(home))


def test_predict_prints_what_the_model_says(demo_home):
    """In a process of its own, as users start it; the other tests of commands spare theirs."""
    command = [sys.executable, "-m", "perfmodel", *PREDICT, "--json", "--home", str(demo_home)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    models = catalog.champions(open_store(demo_home), "resnet50", "paper-2020")
    expected = answer(models["4-2"].model, question(3, 8, 8, 100), EXAMPLE_PRICE).iloc[0]
    assert (printed["scenario"], printed["model_version"]) == ("4-2", 1)
    for column in ("predicted_s", "predicted_low_s", "predicted_high_s", "cost"):
        assert printed[column] == pytest.approx(expected[column])


def test_predict_speaks_to_people(demo_home):
    done = perfmodel(*PREDICT, "--sampling-rate", "150", home=demo_home)
    assert done.returncode == 0, done.stderr
    for word in (
        "time ",
        "interval ",
        "cost ",
        "resnet50@paper-2020/",
        "1,260 reconstructed runs",
        "outside the profiled",
    ):
        assert word in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*PREDICT[:-1], "lots"], "no amount of memory"),
        ([*PREDICT, "--scenario", "baseline", "--sampling-rate", "10"], "whole data set only"),
        ([*PREDICT, "--scenario", "7"], "no registered model"),
        ([*PREDICT, "--price-core-hour", "-1"], "zero or more"),
        (["predict", "--application", "vgg", *PREDICT[3:]], "there is no model of vgg on paper-2020"),
        (["fit", "--application", "vgg", "--cluster", "paper-2020"], "no runs of vgg"),
        (["fit", "--application", "resnet50", "--cluster", "paper-2020", "--scenarios", "x"], "no scenario 'x'"),
        (["fit", "--application", "resnet50", "--cluster", "paper-2020", "--techniques", "x"], "no technique 'x'"),
    ],
)
def test_wrong_input_is_one_clear_line_and_status_2(demo_home, arguments, message):
    done = perfmodel(*arguments, home=demo_home)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_fitting_again_says_that_nothing_is_new(demo_home):
    chosen = ["--scenarios", "baseline,5", "--techniques", "lasso,ridge,random_forest"]
    done = perfmodel("fit", *PAIR, *chosen, home=demo_home)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("registered before") == 2


def test_effects_are_printed_for_scripts_too(demo_home):
    done = perfmodel("effects", *PAIR, "--json", home=demo_home)
    assert done.returncode == 0, done.stderr
    found = {(row["column"], row["level"]): row["mean"] for row in json.loads(done.stdout)}
    assert found["num_executors", 2] == pytest.approx(0.5, abs=0.02)


@pytest.mark.thorough
def test_the_report_of_the_measured_campaign_is_printed_and_saved(tmp_path):
    home = tmp_path / "home"
    store = open_store(home)
    catalog.add_demo_runs(store)
    arguments = ["--cluster", "local-2core-epyc", "--application", "resnet50", "--out", str(tmp_path / "report")]
    done = perfmodel("report", *arguments, home=home)
    assert done.returncode == 0, done.stderr
    for scenario in SCENARIOS:
        assert f"| {scenario} |" in done.stdout
    assert "**resnet50: scaled completion time**" in done.stdout
    assert (tmp_path / "report.md").read_text() == done.stdout
    assert "<svg" in (tmp_path / "report.html").read_text()


def test_a_report_of_nothing_says_what_there_is(demo_home):
    done = perfmodel("report", "--cluster", "moon", home=demo_home)
    assert done.returncode == 2
    assert "no runs of anything on moon" in done.stderr
