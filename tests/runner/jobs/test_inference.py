"""What happens inside a Python worker, on real photos."""

from __future__ import annotations

from typing import Any

import pytest

from runner.networks.classifier import TOP

SECONDS = ("load_s", "decode_s", "predict_s", "wall_s", "cpu_s")


def column(batches: list[dict[str, list[Any]]], name: str) -> list[Any]:
    return [value for batch in batches for value in batch[name]]


def test_a_worker_computes_with_the_threads_of_its_task(networks: dict[str, Any]) -> None:
    assert networks["threads"] == [1, 1]
    assert networks["resnet50"]["cpu_per_wall"] < 1.1


def test_every_image_gets_its_best_classes(networks: dict[str, Any]) -> None:
    assert [batch["id"] for batch in networks["batches"]] == [[0, 1, 2, 3], [4, 5]]
    assert column(networks["batches"], "error") == [None] * 6
    for classes, scores in zip(
        column(networks["batches"], "classes"), column(networks["batches"], "scores"), strict=True
    ):
        assert len(classes) == len(set(classes)) == len(scores) == TOP
        assert set(classes) <= set(range(10))
        assert scores == sorted(scores, reverse=True)


def test_padding_does_not_change_predictions(networks: dict[str, Any]) -> None:
    together, alone = column(networks["batches"], "scores"), column(networks["alone"], "scores")
    assert together == [pytest.approx(scores, rel=1e-5) for scores in alone]
    assert len({tuple(scores) for scores in together}) == len(together)  # the images do reach the model


def test_a_corrupt_image_is_a_row_and_leaves_the_others_alone(networks: dict[str, Any]) -> None:
    mixed = networks["mixed"]
    assert column(mixed, "id") == list(range(8))
    assert [error is not None for error in column(mixed, "error")] == [False] * 3 + [True] + [False] * 3 + [True]
    assert [classes is None for classes in column(mixed, "classes")] == [False] * 3 + [True] + [False] * 3 + [True]
    fine = [scores for scores in column(mixed, "scores") if scores is not None]
    assert fine == [pytest.approx(scores, rel=1e-5) for scores in column(networks["alone"], "scores")]
    assert column(mixed, "image")[3].endswith("/text.jpg")


def test_seconds_are_told_once_a_batch(networks: dict[str, Any]) -> None:
    first, second = networks["batches"]
    for batch in (first, second):
        assert batch["decode_s"][0] > 0
        assert batch["predict_s"][0] > 0
        assert batch["wall_s"][0] == pytest.approx(batch["decode_s"][0] + batch["predict_s"][0])
        assert all(sum(batch[name][1:]) == 0 for name in SECONDS)


def test_the_model_is_loaded_once(networks: dict[str, Any]) -> None:
    first, second = networks["batches"]
    assert first["load_s"][0] > 0
    assert second["load_s"][0] == 0
