"""The table of applications, and the real networks."""

from __future__ import annotations

from typing import Any

import pytest

from runner.applications import APPLICATIONS, get_application
from runner.errors import RunnerError


def test_applications_are_known_by_name() -> None:
    assert get_application("resnet50").input_size == 224
    assert all(get_application(name).name == name for name in APPLICATIONS)


@pytest.mark.parametrize(("name", "near"), [("resnet", "resnet50"), ("ResNet-50", "resnet50"), ("tinycnn", "tiny_cnn")])
def test_a_typo_gets_a_suggestion(name: str, near: str) -> None:
    with pytest.raises(RunnerError, match=f"unknown application '{name}'; did you mean '{near}'"):
        get_application(name)


def test_something_else_gets_the_list() -> None:
    with pytest.raises(RunnerError, match=r"unknown application 'zzz'; \(known: resnet50, tiny_cnn\)"):
        get_application("zzz")


def test_resnet50_is_resnet50(networks: dict[str, Any]) -> None:
    # The counts that keras.applications publishes for 1,000 classes.
    assert networks["resnet50"]["total"] == 25_636_712
    assert networks["resnet50"]["trainable"] == 25_583_592


def test_the_seed_decides_the_weights(networks: dict[str, Any]) -> None:
    assert networks["resnet50"]["same_weights"]


def test_resnet50_sees_bgr_minus_the_mean(networks: dict[str, Any]) -> None:
    (((pixel,),),) = networks["resnet50"]["preprocessed"]
    assert pixel == pytest.approx([0 - 103.939, 128 - 116.779, 255 - 123.68], abs=1e-4)
