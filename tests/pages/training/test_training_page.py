"""The Training page by itself, on a small store."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from store import RunRecord, open_store
from tests.pages.apps import app_on
from tests.pages.training.test_training_charts import run

ROW = {"layer": "relu", "direction": "forward", "part": "", "seconds": 0.1, "deck_s": 0.5}
TRIAL = {
    "number": 0, "optimiser": "adam", "learning_rate": 0.01, "batch": 20, "filters": 16, "accuracy_pct": 60.0,
    "loss": 1.5, "seconds": 9.0, "dataset": "cifar-like-9-1-seed0",
}  # fmt: skip


def shown(home: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    page = app_on(home, monkeypatch, "pages/training.py", ("cifar_cnn", "here")).run()
    assert not page.exception
    return page


def test_an_empty_store_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = shown(tmp_path, monkeypatch)
    assert [info.value for info in page.info] == [
        "No training was measured on this cluster yet.",
        "No profile of the layers is stored yet.",
        "No search was made yet.",
    ]
    assert page.code[0].value.startswith("python -m runner train")
    assert not page.button


def test_trainings_on_another_cluster_are_a_click_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = run("", "driver", 36.0, [30.0, 40.0]) | {"application": "cifar_cnn", "cluster": "there", "status": "ok"}
    del row["run_id"]
    row["settings"]["dataset"] = "cifar-like-1000-200-seed0"
    open_store(tmp_path).inbox.put(RunRecord(row | {"sampling_rate_pct": 100.0, "origin": "measured"}))
    page = shown(tmp_path, monkeypatch)
    [button] = page.button
    assert button.label == "Trainings on there"
    button.click().run()
    assert page.session_state["cluster"] == "there"
    said = " ".join(element.value for element in [*page.markdown, *page.caption])
    assert "Accuracy of 1 training: 40.0 % to 40.0 %;" in said
    assert "The images were generated: `cifar-like-1000-200-seed0`." in said


def test_what_is_stored_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(tmp_path)
    common = {"application": "cifar_cnn", "cluster": "here", "status": "ok", "sampling_rate_pct": 100.0}
    rows = [run("", "driver", 36.0, [30.0, 40.0]), run("", "barrier", 18.0, [35.0, 45.0])]
    for row in rows:
        del row["run_id"]
        store.inbox.put(RunRecord(row | common | {"origin": "measured"}))
    store.measurements.add("layers", "here", {"images": 2000, "threads": 2, "deck": "a deck", "rows": [ROW]})
    store.measurements.put("trial", "s", {0: TRIAL})
    page = shown(tmp_path, monkeypatch)
    assert not page.info
    said = " ".join(element.value for element in [*page.markdown, *page.caption])
    assert (
        "Accuracy of 2 trainings: 40.0 % to 45.0 %; the most accurate took 18.0 s on 2 x 1 with the arm barrier."
        in said
    )
    assert "2,000 generated images an iteration on here, 2 threads. Deck: a deck." in said
    assert "The images were generated: `cifar-like-9-1-seed0`." in said
    assert "1 trial; the best, trial 0, reached 60.0 % with adam" in said


def test_runs_that_say_too_little_of_a_training_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run("", "barrier", 18.0, [35.0, 45.0])["settings"]
    odd = [{"arm": "x"}, {"arm": "driver"}, {"arm": ["driver"]}, whole | {"arm": "[x](y)"}, whole | {"epoch_s": [1.0]}]
    odd += [whole | {"test_accuracy_pct": []}, whole | {"compute_s": "long"}, None]
    # Their times are no measurements.
    odd += [whole | {"recoveries": 1}, whole | {"oversubscribed": True}]
    diverged = whole | {"loss": [None, None], "training_accuracy_pct": [10.0, 10.0]}
    store = open_store(tmp_path)
    for settings in [*odd, diverged]:
        row = run("", "barrier", 18.0, [35.0, 45.0]) | {"settings": settings, "origin": "uploaded", "status": "ok"}
        del row["run_id"]
        more = {"application": "cifar_cnn", "cluster": "here", "sampling_rate_pct": 100.0}
        store.inbox.put(RunRecord(row | more))
    page = shown(tmp_path, monkeypatch)
    said = " ".join(element.value for element in page.markdown)
    assert "Accuracy of 1 training: 45.0 % to 45.0 %;" in said
