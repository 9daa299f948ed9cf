"""``python -m runner layers``: the deck's tables, measured, printed and stored."""

from __future__ import annotations

import json

import pytest

from runner.__main__ import main
from runner.training.deck import deck
from runner.training.layer_profile import profile_layers, total
from store import open_store

LAYERS = ["convolution", "relu", "pooling", "fully connected"]


@pytest.fixture(scope="module")
def rows():
    return profile_layers(images=8, repeats=3, seed=0)


def test_every_figure_of_the_deck_has_ours_beside_it(rows) -> None:
    beside = {(row.layer, row.direction, row.part): row.deck_s for row in rows if row.deck_s is not None}
    published = {
        (layer, direction, ""): seconds
        for layer, passes in deck()["layers"].items()
        for direction, seconds in passes.items()
    }
    published |= {
        (layer, direction, part): seconds
        for layer, passes in deck()["parts"].items()
        for direction, parts in passes.items()
        for part, seconds in parts.items()
    }
    assert beside == published


def test_the_decks_figures_are_those_of_its_tables() -> None:
    assert sum(sum(passes.values()) for passes in deck()["layers"].values()) == pytest.approx(21.368)
    assert deck()["spark_step_s"] / deck()["naive_step_s"] == pytest.approx(5.1, abs=0.01)


def test_parts_are_within_their_layer(rows) -> None:
    seconds = {(row.layer, row.direction): row.seconds for row in rows if not row.part}
    assert [layer for layer, direction in seconds if direction == "forward"] == LAYERS
    assert [layer for layer, direction in seconds if direction == "backward"] == LAYERS[::-1]
    assert total(rows) == pytest.approx(sum(seconds.values()))
    for row in rows:
        assert row.seconds > 0


def test_the_command_prints_and_stores_the_tables(tmp_path, capsys) -> None:
    arguments = ["layers", "--images", "10", "--repeats", "1", "--cluster", "here", "--home", str(tmp_path)]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert all(layer in printed for layer in LAYERS)
    assert "4.252" in printed
    assert "dot of kernel gradient" in printed
    assert main([*arguments, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    stored = open_store(tmp_path).measurements.load("layers", "here")
    assert stored["number"].tolist() == [1, 2]
    assert stored["content"].iloc[1] == said
    assert said["images"] == 10
    assert {row["layer"] for row in said["rows"]} == set(LAYERS)
