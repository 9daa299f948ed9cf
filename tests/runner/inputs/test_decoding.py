"""From files to pixels: every kind of photo becomes 8-bit red, green and blue; what cannot be read says why."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest

from runner.inputs.decoding import Decoder, ImageError
from runner.inputs.manifest import ImageRef
from tests.runner.samples import BROKEN, COLOURS, GREYS


@pytest.mark.parametrize("name", ["rgb.png", "transparent.png", "palette.png"])
def test_a_png_is_decoded_exactly(networks: dict[str, Any], name: str) -> None:
    assert np.array_equal(networks["decoded"][name], COLOURS)


@pytest.mark.parametrize("name", ["grey.png", "grey16.png"])
def test_a_grey_png_is_grey_in_all_channels(networks: dict[str, Any], name: str) -> None:
    assert np.array_equal(networks["decoded"][name], np.stack([GREYS] * 3, axis=-1))


@pytest.mark.parametrize("name", ["photo.jpg", "really_jpeg.png", "cmyk.jpg"])
def test_a_jpeg_is_decoded_whatever_it_is_called(networks: dict[str, Any], name: str) -> None:
    assert networks["decoded"][name] == pytest.approx(np.full((2, 2, 3), (200, 30, 60)), abs=4)


def test_a_grey_jpeg_is_grey_in_all_channels(networks: dict[str, Any]) -> None:
    pixels = np.array(networks["decoded"]["grey.jpg"])
    assert pixels == pytest.approx(np.full((2, 2, 3), 0.299 * 200 + 0.587 * 30 + 0.114 * 60), abs=2)


def test_a_network_with_one_channel_sees_luminance(networks: dict[str, Any]) -> None:
    luminance = COLOURS @ np.array([0.2989, 0.587, 0.114])
    assert np.array(networks["decoded"]["rgb in grey"])[..., 0] == pytest.approx(luminance, abs=0.5)


def test_a_cifar_record_is_read_plane_by_plane(networks: dict[str, Any]) -> None:
    assert np.array_equal(networks["decoded"]["data_batch_1.bin#0"], np.full((2, 2, 3), (11, 22, 33)))


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_image_says_why_in_one_line(networks: dict[str, Any], name: str) -> None:
    reason = networks["decoded"][name]
    assert isinstance(reason, str)
    assert 0 < len(reason) <= 200
    assert "\n" not in reason
    assert "{{" not in reason


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.jpg", "No such file or directory"),
        ("folder.jpg", "Is a directory"),
        ("data_batch_1.bin#1", "the record is cut short"),
        ("data_batch_1.bin#2", "the record is cut short"),
        ("text.jpg", "Unknown image file format"),
    ],
)
def test_the_reason_is_the_right_one(networks: dict[str, Any], name: str, reason: str) -> None:
    assert reason in networks["decoded"][name]


class _TensorFlowError(Exception):
    message = "{{function_node x}} OOM when allocating tensor with shape[23000,23000,3] [Op:DecodeImage]"


def test_an_image_too_large_to_be_decoded_is_a_broken_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Made up: the real one takes a gigabyte and a half, where that much is to be had.
    def decode_image(*content: Any, **options: Any) -> None:
        raise _TensorFlowError

    errors = SimpleNamespace(InvalidArgumentError=ValueError, ResourceExhaustedError=_TensorFlowError)
    fake = MagicMock(io=SimpleNamespace(decode_image=decode_image), errors=errors)
    monkeypatch.setitem(sys.modules, "tensorflow", fake)
    (tmp_path / "bomb.png").touch()
    with pytest.raises(ImageError, match=r"^OOM when allocating tensor with shape\[23000,23000,3\]$"):
        Decoder((2, 2, 3)).decode(ImageRef(str(tmp_path / "bomb.png")))
