"""What happens inside a Python worker, on real photos."""

from __future__ import annotations

from typing import Any

import pytest


def test_a_worker_computes_with_the_threads_of_its_task(networks: dict[str, Any]) -> None:
    assert networks["threads"] == [1, 1]
    assert networks["resnet50"]["cpu_per_wall"] < 1.1


def test_every_image_gets_one_prediction(networks: dict[str, Any]) -> None:
    assert [batch["id"] for batch in networks["batches"]] == [[0, 1, 2, 3], [4, 5]]
    assert all(0 <= number < 10 for batch in networks["batches"] for number in batch["class"])


def test_padding_does_not_change_predictions(networks: dict[str, Any]) -> None:
    scores = [score for batch in networks["batches"] for score in batch["score"]]
    assert scores == pytest.approx(networks["alone"], rel=1e-5)
    assert len(set(scores)) == len(scores)  # the images do reach the model


def test_seconds_are_told_once_a_batch(networks: dict[str, Any]) -> None:
    first, second = networks["batches"]
    for batch in (first, second):
        assert batch["decode_s"][0] > 0
        assert batch["predict_s"][0] > 0
        assert batch["wall_s"][0] == pytest.approx(batch["decode_s"][0] + batch["predict_s"][0])
        assert all(sum(batch[name][1:]) == 0 for name in ("load_s", "decode_s", "predict_s", "wall_s", "cpu_s"))


def test_the_model_is_loaded_once(networks: dict[str, Any]) -> None:
    first, second = networks["batches"]
    assert first["load_s"][0] > 100 * second["load_s"][0]


def test_an_image_that_cannot_be_decoded_is_named(networks: dict[str, Any]) -> None:
    assert "cannot decode" in networks["broken"]
    assert "broken.jpg" in networks["broken"]
    assert "No such file" in networks["missing"]
