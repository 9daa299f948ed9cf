"""Machines from a price table, packed and compared."""

from __future__ import annotations

from dataclasses import asdict, replace

import pandas as pd
import pytest

from pages.ui.recommend.instances import machine_table, read_table
from pages.ui.recommend.kept import promise_table, promise_text
from perfmodel import catalog
from perfmodel.answers.cost import EXAMPLE_PRICE
from perfmodel.errors import PerfmodelError
from perfmodel.recommendation.advice import Request, advise, best_of
from perfmodel.recommendation.search import Goal, Node, Space
from store import open_store
from store.instances import EXAMPLES

SMALL = Node("small", 8, 32.0, 1.0, "USD", "our contract", "2026-11-20")
DEAR = replace(SMALL, name="dear", price_per_hour=9.0)


@pytest.fixture(scope="module")
def models(demo_home):
    return catalog.champions(open_store(demo_home), "resnet50", "paper-2020")


def advices(models, *nodes, deadline_s=None):
    spaces = [Space(range(1, 4), range(1, 9), [8.0], node) for node in nodes]
    return [
        advise(models, Request("resnet50", "paper-2020", 100.0, space, Goal(deadline_s), EXAMPLE_PRICE))
        for space in spaces
    ]


def test_an_edited_table_is_read_back():
    assert read_table(pd.DataFrame([asdict(one) for one in EXAMPLES])) == list(EXAMPLES)


def test_what_was_left_empty_is_what_the_check_refuses():
    [one] = read_table(pd.DataFrame([asdict(EXAMPLES[0]) | {"cores": None, "price_per_hour": None, "source": None}]))
    assert (one.cores, one.price_per_hour, one.source) == (0, -1.0, "")


def test_the_cheapest_machine_is_taken_and_each_is_shown_with_its_price_and_source(models):
    both = advices(models, DEAR, SMALL)
    assert best_of(both).request.space.node == SMALL
    table = machine_table(both).set_index("Machine")
    assert table.loc["small", "Price an hour"] == "1.00 USD (our contract, 2026-11-20)"
    assert table["Keeps the limits"].tolist() == ["yes", "yes"]


def test_when_none_keeps_the_limits_the_nearest_is_taken(models):
    both = advices(models, DEAR, SMALL, deadline_s=60)
    assert best_of(both).recommendation.nearest is not None
    assert machine_table(both)["Keeps the limits"].tolist() == ["no", "no"]


def test_currencies_are_not_mixed(models):
    with pytest.raises(PerfmodelError, match="prices in EUR and USD cannot be compared"):
        best_of(advices(models, SMALL, replace(SMALL, currency="EUR")))


def test_promises_in_words():
    found = pd.DataFrame(
        [
            {
                "run_id": "r", "started_at": pd.Timestamp("2026-11-20 12:00", tz="UTC"), "num_executors": 2,
                "executor_cores": 4, "status": "ok", "otherwise": "",
                "model": "m", "made_on": "", "actual_s": 105.0, "predicted_s": 100.0,
                "predicted_low_s": 90.0, "predicted_high_s": 110.0, "interval_level": 0.9, "error_pct": 4.8,
                "inside": True,
            }
        ]
    )  # fmt: skip
    [row] = promise_table(found).to_dict("records")
    assert (row["Predicted"], row["Interval"], row["Actual"]) == (
        "1 min 40 s",
        "1 min 30 s to 1 min 50 s (90%)",
        "1 min 45 s",
    )
    assert (row["Actual minus predicted"], row["Inside the interval"]) == ("+4.8 %", "yes")
    assert promise_text(found).startswith("1 of 1 runs ended inside the interval")
    failed = found.assign(status="oom", actual_s=float("nan"), error_pct=float("nan"), inside=False)
    other = found.assign(otherwise="2 cores an executor, not 4")
    three = pd.concat([found, failed, other], ignore_index=True)
    assert promise_table(three)["Actual"].tolist() == ["1 min 45 s", "oom", "1 min 45 s"]
    assert promise_table(three)["Not as recommended"].tolist() == ["", "", "2 cores an executor, not 4"]
    assert promise_text(three).endswith("1 run did not end well; 1 run ended well, but not as recommended.")
    assert promise_text(three).startswith("1 of 1 runs")
