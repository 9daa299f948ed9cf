"""A network without its normalisations predicts what it did with them."""

from __future__ import annotations

from typing import Any

import pytest

# Normalisations before and after. Most of Xception's follow a separable convolution, four a pointwise one.
FOLDED = {
    "inception_v4": (149, 0),
    "resnet50": (53, 0),
    "xception": (40, 0),
    "without bias": (1, 0),
    "without factor and shift": (1, 0),
    "depthwise": (1, 0),
    "separable": (1, 0),
    "in groups": (1, 0),
    "also used as it is": (1, 0),
    "two of one": (2, 0),
    "called twice": (2, 0),
    "sequential": (1, 0),
}
KEPT = ("after an activation", "after an adapter", "of rows", "of its batch", "first of all", "in a model within")


@pytest.mark.parametrize("name", [*FOLDED, *KEPT])
def test_predictions_stay_the_same(networks: dict[str, Any], name: str) -> None:
    seen = networks["folded"][name]
    assert seen["spread"] > 0
    assert seen["error"] < 1e-4
    assert seen["unchanged"]


@pytest.mark.parametrize(("name", "normalizations"), FOLDED.items())
def test_what_follows_a_convolution_is_folded(
    networks: dict[str, Any], name: str, normalizations: tuple[int, int]
) -> None:
    seen = networks["folded"][name]
    assert (seen["before"], seen["after"]) == normalizations


@pytest.mark.parametrize("name", KEPT)
def test_everything_else_stays(networks: dict[str, Any], name: str) -> None:
    seen = networks["folded"][name]
    assert seen["before"] == seen["after"] == 1


def test_every_network_is_looked_at(networks: dict[str, Any]) -> None:
    assert set(networks["folded"]) == {*FOLDED, *KEPT}
