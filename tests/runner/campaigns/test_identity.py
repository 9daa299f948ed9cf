"""What a campaign keeps when it is taken up again."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runner.campaigns.campaign import Campaign, clean_up
from runner.errors import RunnerError
from runner.networks.applications import get_application
from runner.plans.grid import grid_runs
from runner.plans.plan import Plan
from store import Store, open_store

RUNS = grid_runs(
    layouts=[(1, 1)], memory_mib=[1024], images_per_partition=[20], sampling_rates_pct=[100.0], repeats=1, seed=0
)
OWN_MODEL = replace(get_application("tiny_cnn"), model_sha256="ab12", preprocessing="zero_to_one")


def plan(**changed: Any) -> Plan:
    about = {"application": get_application("tiny_cnn"), "cluster": "here", "dataset": "d", "images": 40, "seed": 0}
    return Plan(**(about | {"runs": RUNS} | changed))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path)


@pytest.mark.parametrize(
    ("first", "then", "said"),
    [
        ({}, {"memory_regime": "heap"}, "exists with memory_regime 'free', this command has 'heap'"),
        ({"memory_regime": "heap"}, {}, "exists with memory_regime 'heap', this command has 'free'"),
        (
            {"application": OWN_MODEL},
            {"application": replace(OWN_MODEL, preprocessing="none")},
            "exists with preprocessing 'zero_to_one', this command has 'none'",
        ),
    ],
)
def test_a_campaign_keeps_what_decides_its_times(
    store: Store, first: dict[str, Any], then: dict[str, Any], said: str
) -> None:
    store.campaigns.put("c", plan(**first).as_json())
    Campaign(store, plan(**first), "c")
    with pytest.raises(RunnerError, match=said):
        Campaign(store, plan(**then), "c")


def test_a_plan_from_before_memory_regimes_is_in_the_usual_one(store: Store) -> None:
    content = plan().as_json()
    content.pop("memory_regime", None)
    store.campaigns.put("c", content)
    Campaign(store, plan(), "c")
    with pytest.raises(RunnerError, match="memory_regime"):
        Campaign(store, plan(memory_regime="process"), "c")


def test_what_killed_commands_were_writing_goes_away_after_a_day(store: Store) -> None:
    home = store.home
    (home.root / "datasets" / "photos").mkdir(parents=True)
    old, young = home.inbox / ".a.1f.tmp", home.inbox / ".b.2f.tmp"
    deep = home.root / "datasets" / "photos" / ".c.3f.tmp"
    for draft in (old, young, deep):
        draft.write_text("half")
    for draft in (old, deep):
        os.utime(draft, times=(0, time.time() - 25 * 3600))
    clean_up(home)
    assert [draft.exists() for draft in (old, young, deep)] == [False, True, False]
