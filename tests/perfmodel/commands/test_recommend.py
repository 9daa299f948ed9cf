"""python -m perfmodel recommend."""

from __future__ import annotations

import json

import pytest

from perfmodel.__main__ import main
from tests.commands import give

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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--deadline", "soon"], "'soon' is no time; write it like"),
        (["--deadline", "1s"], "no configuration is that fast: the fastest takes"),
        (["--max-cost", "0"], "the budget must be above zero"),
        (["--sure", "1"], "how sure the answer is must be"),
        (["--memory-gb", "8,lots"], "invalid"),
        (["--node-cores", "8"], "belong together"),
        (["--max-nodes", "8"], "need --node-cores"),
        (["--scenario", "9"], "no registered model"),
        (["--export", "emr", "--out", "/nowhere/emr.json"], "cannot write /nowhere/emr.json"),
    ],
)
def test_what_cannot_be_done_is_one_line(demo_home, arguments, message):
    done = recommend(*arguments, home=demo_home)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
