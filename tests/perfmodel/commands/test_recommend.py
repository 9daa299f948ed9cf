"""python -m perfmodel recommend."""

from __future__ import annotations

import json

import pytest

from perfmodel.__main__ import main
from tests.commands import give
from tests.perfmodel.catalog.small import undone_after_fit

RECOMMEND = ["recommend", "--application", "resnet50", "--cluster", "paper-2020"]


def recommend(*arguments, home):
    return give(main, *RECOMMEND, *arguments, "--home", str(home))


def test_it_names_the_cheapest_the_fastest_and_the_choices_between(demo_home):
    done = recommend("--deadline", "3h", "--json", home=demo_home)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["cheapest"]["safe_s"] <= 3 * 3600
    assert found["cheapest"]["safe_cost"] <= found["fastest"]["safe_cost"]
    assert found["fastest"]["safe_s"] == min(row["safe_s"] for row in found["front"])


def test_people_get_it_in_words(demo_home):
    done = recommend("--deadline", "3h", "--sure", "0.95", home=demo_home)
    assert done.returncode == 0, done.stderr
    for word in ("cheapest ", "fastest ", "executors x", "USD", "resnet50@paper-2020/"):
        assert word in done.stdout


def test_an_export_is_saved_with_its_provenance(demo_home, tmp_path):
    out = tmp_path / "emr.json"
    done = recommend("--export", "emr", "--out", str(out), home=demo_home)
    assert done.returncode == 0, done.stderr
    _, defaults = json.loads(out.read_text(encoding="utf-8"))
    assert defaults["Properties"]["spark.sparkcast.dataOrigin"] == "1,260 reconstructed runs"


def test_what_is_to_be_replaced_in_json_is_said_beside_it(demo_home):
    machines = ["--node-cores", "16", "--node-memory-gb", "64", "--price-node-hour", "1"]
    done = recommend("--export", "databricks", *machines, home=demo_home)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["node_type_id"] == "NODE_TYPE"
    version, machine, *_ = done.stderr.splitlines()
    assert version == "Put a Databricks Runtime version in place of SPARK_VERSION."
    assert machine.startswith("Put an instance type in place of NODE_TYPE.")


def test_what_cannot_be_kept_is_json_too(demo_home):
    done = recommend("--deadline", "1s", "--json", home=demo_home)
    assert done.returncode == 2
    found = json.loads(done.stdout)
    assert (found["cheapest"], found["fastest"]) == (None, None)
    assert found["nearest"]["safe_s"] == min(row["safe_s"] for row in found["front"])
    assert found["advice"].startswith("no configuration is that fast")


def test_a_small_cost_is_not_said_to_be_nothing(demo_home):
    prices = ["--price-core-hour", "0.00001", "--price-gib-hour", "0"]
    done = recommend(*prices, home=demo_home)
    assert done.returncode == 0, done.stderr
    assert "0.00 USD" not in done.stdout


def test_models_without_runs_say_what_is_missing(tmp_path, few_runs):
    undone_after_fit(tmp_path, few_runs)
    done = give(main, "recommend", "--application", "tiny", "--cluster", "test", "--home", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("error: there are no usable runs of tiny on test;")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--deadline", "soon"], "'soon' is no time; write it like"),
        (["--deadline", "1s"], "no configuration is that fast: the fastest takes"),
        (["--max-cost", "0"], "the budget must be above zero"),
        (["--sure", "1"], "how sure the answer is must be"),
        (["--memory-gb", "8,lots"], "'8,lots' is no list of GiB; write it like 4,8"),
        (["--memory-gb", "-4"], "executor memory to try must be above zero, not -4"),
        (["--max-executors", "0"], "--max-executors: '0' is no number of 1 or more"),
        (["--max-cores", "0"], "--max-cores: '0' is no number of 1 or more"),
        (["--max-nodes", "many"], "--max-nodes: 'many' is no number of 1 or more"),
        (["--node-cores", "8", "--node-memory-gb", "16", "--price-node-hour", "-1"], "the price of a machine must be"),
        (["--sampling-rate", "0"], "the sampling rate must be above zero"),
        (["--node-cores", "8"], "belong together"),
        (["--max-nodes", "8"], "need --node-cores"),
        (["--scenario", "9"], "no registered model"),
        (["--out", "emr.json"], "say which format with --export"),
        (["--export", "emr", "--json"], "--json and --export print different things"),
        (["--deadline", "1s", "--max-cost", "0.01"], "above the budget; allow more time and a larger budget"),
        (["--deadline", "1s"], "; the nearest is "),
        (["--export", "emr", "--out", "/nowhere/emr.json"], "cannot write /nowhere/emr.json"),
    ],
)
def test_what_cannot_be_done_is_one_line(demo_home, arguments, message):
    done = recommend(*arguments, home=demo_home)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
