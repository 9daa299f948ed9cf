from __future__ import annotations

import pandas as pd

from perfmodel.recommendation.promises import promises

SAID = {
    "predicted_s": 100.0,
    "predicted_low_s": 90.0,
    "predicted_high_s": 110.0,
    "interval_level": 0.9,
    "model": "resnet50@here/5 v1",
}


def run(seconds, settings, status="ok"):
    return {
        "run_id": f"{seconds}", "started_at": pd.Timestamp("2026-11-20", tz="UTC"), "num_executors": 2,
        "executor_cores": 4, "completion_time_s": seconds, "status": status, "settings": settings,
    }  # fmt: skip


def test_only_runs_that_say_what_was_predicted_are_held_against_it():
    rows = [run(105.0, {"recommended": SAID}), run(125.0, {"recommended": SAID}), run(50.0, {}), run(50.0, None)]
    rows += [run(None, {"recommended": SAID}, "failed"), run(50.0, {"recommended": {"model": "m"}})]
    found = promises(pd.DataFrame(rows))
    assert found["status"].tolist() == ["failed", "ok", "ok"]
    assert found["actual_s"].tolist()[1:] == [125.0, 105.0]
    assert found["actual_s"].isna().tolist() == found["error_pct"].isna().tolist() == [True, False, False]
    assert found["inside"].tolist() == [False, False, True]
    assert found["error_pct"].tolist()[1:] == [20.0, 100 * 5 / 105]
    assert set(found["model"]) == {"resnet50@here/5 v1"}


def test_a_run_that_was_not_as_recommended_says_in_what():
    asked = SAID | {"num_executors": 2, "executor_cores": 8, "executor_memory_gb": 4.0, "sampling_rate_pct": 100.0}
    own = {"executor_memory_gb": 2.0, "sampling_rate_pct": 99.6, "images_per_partition": None}
    [found] = promises(pd.DataFrame([run(105.0, {"recommended": asked}) | own])).to_dict("records")
    assert found["otherwise"] == "4 cores an executor, not 8; 2 GiB of memory, not 4"


def test_no_run_followed_a_recommendation():
    assert promises(pd.DataFrame([run(50.0, {})])).empty
