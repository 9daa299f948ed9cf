from __future__ import annotations

import json

import pandas as pd
import pytest

from perfmodel import catalog
from perfmodel.__main__ import main
from store import open_store
from tests.commands import give

PAIR = ["--application", "resnet50", "--cluster", "paper-2020"]
FILES = ["--input", "x.csv", "--out", "y.csv"]
HEADER = "id,num_executors,executor_cores,executor_memory_gb,sampling_rate_pct,note\n"
ANSWERS = ["predicted_s", "predicted_low_s", "predicted_high_s", "outside_profiled_range"]


@pytest.fixture
def ask(demo_home, tmp_path):
    """Runs the command on a file with this text; returns what it said and the path of its answer."""

    def run(text, *arguments):
        asked, out = tmp_path / "configs.csv", tmp_path / "predictions.csv"
        asked.write_text(text, encoding="utf-8")
        files = ["--input", str(asked), "--out", str(out), "--home", str(demo_home)]
        return give(main, "predict", *PAIR, *files, *arguments), out

    return run


def test_many_configurations_are_answered_as_each_alone_and_keep_their_columns(ask, demo_home):
    done, out = ask(HEADER + "007,3,8,8,,fine\n008,1,4,8,10,=2+3\n009,5,8,8,100,-1\n", "--scenario", "5", "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert (summary["rows"], summary["outside_profiled_range"]) == (3, 1)
    found = pd.read_csv(out, dtype={"id": str})
    assert list(found) == [*HEADER.strip().split(","), *ANSWERS]
    assert found["id"].tolist() == ["007", "008", "009"]
    assert found["note"].tolist() == ["fine", "'=2+3", "-1"]
    assert found["outside_profiled_range"].tolist() == [False, False, True]
    model = catalog.champions(open_store(demo_home), "resnet50", "paper-2020")["5"].model
    for row, rate in enumerate((100.0, 10.0, 100.0)):
        question = found.iloc[[row], 1:4].astype(float).assign(sampling_rate_pct=rate)
        low, high = model.predict_interval(question)
        expected = [model.predict(question)[0], low[0], high[0]]
        assert found.loc[row, ANSWERS[:3]].tolist() == pytest.approx(expected)


def test_without_a_scenario_the_one_that_answers_every_row_is_taken(ask):
    done, _ = ask(HEADER + "1,3,8,8,100,\n2,3,8,8,10,\n")
    assert done.returncode == 0, done.stderr
    assert "2 configurations, 0 of them outside" in done.stdout
    assert "resnet50@paper-2020/4-2 v1" in done.stdout


def test_rows_that_a_scenario_cannot_answer_are_named_and_nothing_is_written(ask):
    done, out = ask(HEADER + "1,3,8,8,100,\n2,3,8,8,10,\n3,3,8,8,1,\n", "--scenario", "baseline")
    assert done.returncode == 2
    assert "configs.csv: 2 problems, nothing was written" in done.stderr
    assert "line 3: scenario baseline answers for the whole data set only" in done.stderr
    assert not out.exists()


def test_a_bad_file_leaves_an_earlier_answer_alone(ask, tmp_path):
    (tmp_path / "predictions.csv").write_text("earlier")
    done, out = ask(HEADER + "1,3,eight,8,100,\n")
    assert done.returncode == 2
    assert "line 2, column executor_cores: 'eight' is not a whole number" in done.stderr
    assert out.read_text() == "earlier"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--executors", "3"], "--input and --out for many"),
        (["--input", "none.csv", "--out", "x.csv"], "none.csv: No such file or directory"),
        ([*FILES, "--cores", "2"], "--input and --out for many"),
        ([*FILES, "--sampling-rate", "10"], "--sampling-rate cannot be given with --input"),
        ([*FILES, "--currency", "EUR"], "--currency cannot be given with --input"),
    ],
)
def test_arguments_that_do_not_go_together_are_refused(demo_home, tmp_path, arguments, message):
    done = give(main, "predict", *PAIR, "--home", str(demo_home), *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_small_cost_is_not_said_to_be_nothing(demo_home):
    one = ["--executors", "3", "--cores", "8", "--memory", "8g"]
    prices = ["--price-core-hour", "0.00001", "--price-gib-hour", "0"]
    done = give(main, "predict", *PAIR, "--home", str(demo_home), *one, *prices)
    assert done.returncode == 0, done.stderr
    [cost] = [line for line in done.stdout.splitlines() if line.startswith("cost")]
    assert cost.endswith(" USD")
    assert "0.00 " not in cost
