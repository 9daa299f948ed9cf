from __future__ import annotations

from dataclasses import replace

import pandas as pd

from pages.ui.profile.planning import campaigns_table, plan_table, runs_table
from runner.background.watch import Progress
from runner.campaigns.course import Standing
from store import open_store
from tests.runner.background.test_request import ASKED
from tests.runner.rows import frame, row


def test_a_plan_says_what_runs_how_long_and_why(tmp_path):
    store = open_store(tmp_path)
    few = plan_table(replace(ASKED, fewest=True).preview(store))
    assert few["What it is for"].str.startswith("tells ").all()
    assert set(few["State"]) == {"to run"}
    every = plan_table(ASKED.preview(store))
    assert "Expected" not in every  # nobody knows
    assert "What it is for" not in every
    assert set(every["Cores"]) == {"1", "2", "1+1"}


def test_runs_are_said_in_words():
    runs = frame(row(30.0), row(None, settings={"reason": "it broke"}))
    table = runs_table(runs.assign(started_at=pd.to_datetime(runs["started_at"], utc=True)))
    assert table["Result"].tolist() == ["30 s", "failed (user_code): it broke"]
    assert table["Started"][0].startswith("Nov 20 ")


def test_campaigns_say_how_far_they_are():
    one = Progress("c", "a", "here", Standing(9, 4, 1, None, None, ""), pd.DataFrame())
    assert campaigns_table([one]).to_dict("records") == [
        {"Campaign": "c", "Application": "a", "Cluster": "here", "Runs": 9, "Done": 4, "Failed": 1}
    ]
