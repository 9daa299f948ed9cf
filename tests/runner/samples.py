"""Small image files of every kind that a folder of photos may hold, good and bad."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

# 2 x 2 pixels: red, green; blue, a mixture.
COLOURS = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [10, 100, 200]]], dtype=np.uint8)
GREYS = np.array([[0, 85], [170, 255]], dtype=np.uint8)
BROKEN = ("cut.jpg", "cut.png", "empty.jpg", "folder.jpg", "text.jpg")


def write_samples(folder: Path) -> Path:
    """Write the files and return their folder."""
    folder.mkdir()
    opaque = np.full((2, 2, 1), 7, dtype=np.uint8)
    rgb = Image.fromarray(COLOURS)
    rgb.save(folder / "rgb.png")
    Image.fromarray(np.concatenate([COLOURS, opaque], axis=2)).save(folder / "transparent.png")
    rgb.quantize(4).save(folder / "palette.png")
    Image.fromarray(GREYS).save(folder / "grey.png")
    Image.fromarray(GREYS.astype(np.uint16) * 256 + 99).save(folder / "grey16.png")
    large = Image.fromarray(np.full((64, 48, 3), (200, 30, 60), dtype=np.uint8))
    large.save(folder / "photo.jpg", quality=95)
    large.save(folder / "really_jpeg.png", format="JPEG", quality=95)
    large.convert("L").save(folder / "grey.jpg")
    large.convert("CMYK").save(folder / "cmyk.jpg", quality=95)
    _write_broken(folder)
    _write_cifar(folder)
    return folder


def _write_broken(folder: Path) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    for kind in ("jpg", "png"):
        content = io.BytesIO()
        noise.save(content, format="JPEG" if kind == "jpg" else "PNG")
        (folder / f"cut.{kind}").write_bytes(content.getvalue()[: len(content.getvalue()) // 2])
    (folder / "empty.jpg").touch()
    (folder / "text.jpg").write_text("not a picture")
    (folder / "folder.jpg").mkdir()


def _write_cifar(folder: Path) -> None:
    # Two records: all planes of one value each; the second is cut short.
    planes = b"".join(bytes([value]) * 1024 for value in (11, 22, 33))
    (folder / "data_batch_1.bin").write_bytes(b"\x05" + planes + b"\x06" + planes[:-1])
