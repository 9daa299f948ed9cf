"""What the Models page shows, and fits that run beside the app."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from pages.ui.models import versions
from pages.ui.models.fit_panel import outcome_line
from pages.ui.models.fits import Fits
from pages.ui.models.version_detail import made_of, schema_table
from perfmodel.fitting.spread import in_turn
from store import open_store

PAIR = ("resnet50", "paper-2020")
NAME = "resnet50@paper-2020/4-2"


@pytest.fixture(scope="module")
def known(demo_home):
    return open_store(demo_home).registry.load(*PAIR, archived=True)


@pytest.fixture(scope="module")
def figures(demo_home):
    return open_store(demo_home).registry.figures(*PAIR)


@pytest.fixture(scope="module")
def own(known):
    return known[known["name"] == NAME]


def test_scenarios_come_in_their_order(known):
    assert versions.scenarios_of(known) == ["baseline", "4-2", "5"]


def test_a_version_is_a_row_with_its_accuracies_and_whether_it_fits_the_libraries(own, figures):
    [row] = versions.version_table(own, figures).to_dict(orient="records")
    assert (row["version"], row["aliases"], row["libraries"], row["state"]) == (1, ["champion"], "same", "ready")
    assert row["Accuracy, paper's protocol (%)"] > 90
    other = own.assign(environment=[{"numpy": "1.0"}], archived_at=pd.Timestamp("2026-01-01"))
    [row] = versions.version_table(other, figures).to_dict(orient="records")
    assert (row["libraries"], row["state"]) == ("other", "archived")


def test_the_figures_of_a_version_are_said_as_people_do(figures):
    texts = versions.figure_texts(figures[figures["name"] == NAME], 1)
    assert texts["Accuracy, paper's protocol"].endswith(" %")
    assert texts["Collecting time t1"].split()[-1] in ("d", "h", "min", "s")
    assert set(versions.figure_texts(figures, 99).values()) == {"–"}


def test_a_metric_over_versions_is_a_line_a_protocol_and_the_champion():
    figures = pd.DataFrame(
        [
            (2, "accuracy", "paper", 98.0),
            (1, "accuracy", "paper", 97.0),
            (1, "accuracy", "x", 90.0),
            (1, "t1", "", 3.0),
        ],
        columns=["version", "metric", "protocol", "value"],
    ).replace({"x": "leave-one-configuration-out"})
    history = versions.history_data(figures, "Accuracy", champion=2)
    drawn = {trace.name: list(trace.y) for trace in versions.history_figure(history).data}
    assert drawn == {"configurations never seen": [90.0], "the paper's protocol": [97.0, 98.0]}
    assert versions.history_figure(history).layout.shapes[0].x0 == 2
    assert "97.00 at version 1, 98.00 at 2, the paper's protocol" in versions.history_text(history)
    assert versions.history_data(figures, "Time t1", None).rows["value"].tolist() == [3.0]


def test_a_comparison_says_the_change_of_numbers():
    compared = pd.DataFrame(
        [("accuracy (paper)", 97.0, 98.5), ("params.a", {"alpha": 0.1}, {"alpha": 1}), ("range.x", [1, 2], [1, 4])],
        columns=["field", "first", "second"],
    )
    assert versions.comparison_table(compared, 1, 2).values.tolist() == [
        ["accuracy (paper)", "97", "98.5", "+1.5"],
        ["params.a", "alpha 0.1", "alpha 1", ""],
        ["range.x", "1 to 2", "1 to 4", ""],
    ]


def test_the_history_of_aliases_begins_with_the_last_move():
    moves = pd.DataFrame({"alias": ["a", "a", "a"], "version": [1, 2, 0]})
    assert versions.history_of_aliases(moves)["version"].tolist() == ["removed", "v2", "v1"]


def test_how_a_version_was_made_is_all_text(own):
    version = own.iloc[0]
    facts = made_of(version)
    assert all(isinstance(text, str) for text in facts.values())
    assert facts["SHA-256 of the training rows"] == version["data_sha256"]
    table = schema_table(version)
    assert table["Made from"].tolist() == ["Cores each", "Executors", "Share of data (%)"]
    assert table.loc[0, ["Smallest seen", "Largest seen"]].tolist() == [2, 8]


@pytest.fixture
def writable(demo_home, tmp_path):
    shutil.copytree(demo_home, tmp_path / "home")
    return open_store(tmp_path / "home")


def test_a_fit_runs_beside_the_app_and_tells_what_it_did(writable):
    fits = Fits(writable, spread=in_turn)
    fit = fits.start(*PAIR, ["5"], ["ridge"])
    assert fit.ended.wait(timeout=120)
    assert (fit.error, fit.share, len(fit.outcomes)) == ("", 1.0, 1)
    assert writable.registry.get("resnet50@paper-2020/5", "latest").version == fit.outcomes[0].version
    assert outcome_line(fit.outcomes[0]).startswith(f":material/check: Scenario 5: version {fit.outcomes[0].version}")


def test_a_fit_that_cannot_be_says_why(writable):
    fit = Fits(writable, spread=in_turn).start(*PAIR, ["none"], ["ridge"])
    assert fit.ended.wait(timeout=60)
    assert fit.error.startswith("there is no scenario 'none'")
    refused = Fits(writable, spread=in_turn).start("nobody", "nowhere", ["5"], ["ridge"])
    assert refused.ended.wait(timeout=60)
    assert "not fitted. there are no usable runs of nobody on nowhere" in outcome_line(refused.outcomes[0])


def test_a_fit_waits_for_its_turn_and_stops_when_asked(writable):
    fits = Fits(writable, spread=in_turn)
    with fits._turn:
        fit = fits.start(*PAIR, ["baseline", "4-2"], ["ridge"])
        assert fits.start(*PAIR, ["5"], ["ridge"]) is fit, "one goes on for this pair already"
        fit.stopping.set()
        assert not fit.started.is_set()
    assert fit.ended.wait(timeout=120)
    assert len(fit.outcomes) == 1
