"""The table of applications, and the real networks."""

from __future__ import annotations

from typing import Any

import pytest

from runner.errors import RunnerError
from runner.networks.applications import APPLICATIONS, get_application


def test_applications_are_known_by_name() -> None:
    assert get_application("resnet50").input_size == 224
    assert all(get_application(name).name == name for name in APPLICATIONS)


@pytest.mark.parametrize(("name", "near"), [("resnet", "resnet50"), ("ResNet-50", "resnet50"), ("tinycnn", "tiny_cnn")])
def test_a_typo_gets_a_suggestion(name: str, near: str) -> None:
    with pytest.raises(RunnerError, match=f"unknown application '{name}'; did you mean '{near}'"):
        get_application(name)


def test_something_else_gets_the_list() -> None:
    with pytest.raises(
        RunnerError,
        match=r"unknown application 'zzz'; \(known: inception_v4, resnet50, xception, tiny_cnn; a Keras model of",
    ):
        get_application("zzz")


# Total and trainable parameters as keras.applications and slim publish them for 1,000 classes.
@pytest.mark.parametrize(
    ("name", "size", "total", "trainable"),
    [
        ("inception_v4", 299, 42_742_984, 42_679_816),
        ("resnet50", 224, 25_636_712, 25_583_592),
        ("xception", 299, 22_910_480, 22_855_952),
    ],
)
def test_the_networks_have_their_parameters(
    networks: dict[str, Any], name: str, size: int, total: int, trainable: int
) -> None:
    assert networks["sizes"][name] == {"total": total, "trainable": trainable, "size": size}
    assert get_application(name).input_shape == (size, size, 3)


@pytest.mark.parametrize(
    ("kind", "repeats", "output", "trainable", "mmac"),
    [
        ("stem", 1, [35, 35, 384], 605_728, 2_290),
        ("inception_a", 4, [35, 35, 384], 1_270_528, 1_550),
        ("reduction_a", 1, [17, 17, 1024], 2_306_112, 1_097),
        ("inception_b", 7, [17, 17, 1024], 20_553_792, 5_931),
        ("reduction_b", 1, [8, 8, 1536], 2_747_392, 511),
        ("inception_c", 3, [8, 8, 1536], 13_659_264, 873),
    ],
)
def test_inception_v4_block_by_block(
    networks: dict[str, Any], kind: str, repeats: int, output: list[int], trainable: int, mmac: float
) -> None:
    blocks = [block for name, block in networks["blocks"].items() if name.startswith(kind)]
    assert len(blocks) == repeats
    assert [block["output"] for block in blocks] == [output] * repeats
    assert sum(block["trainable"] for block in blocks) == trainable
    assert sum(block["mmac"] for block in blocks) == pytest.approx(mmac, abs=1)


def test_inception_v4_has_149_convolutions(networks: dict[str, Any]) -> None:
    assert sum(block["convolutions"] for block in networks["blocks"].values()) == 149


def test_the_seed_decides_the_weights(networks: dict[str, Any]) -> None:
    first, again, other = networks["seeds"]
    assert first == again != other


def test_resnet50_sees_bgr_minus_the_mean(networks: dict[str, Any]) -> None:
    (((pixel,),),) = networks["resnet50"]["preprocessed"]
    assert pixel == pytest.approx([0 - 103.939, 128 - 116.779, 255 - 123.68], abs=1e-4)
