"""Samples of images, and synthetic photos."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from runner.inputs.images import draw_sample, sample_size
from runner.inputs.synthetic import make_synthetic


@pytest.mark.parametrize(
    ("images", "rate", "size"), [(400, 10, 40), (400, 100, 400), (400, 1, 4), (20, 1, 1), (3, 50, 2)]
)
def test_the_size_of_a_sample(images: int, rate: float, size: int) -> None:
    assert sample_size(images, rate) == size
    sample = draw_sample(images, rate, seed=0, repeat=1)
    assert len(sample) == len(set(sample)) == size
    assert set(sample) <= set(range(images))


def test_a_sample_is_decided_by_seed_rate_and_repeat() -> None:
    sample = draw_sample(400, 10, seed=0, repeat=1)
    assert draw_sample(400, 10, seed=0, repeat=1) == sample
    assert draw_sample(400, 10, seed=1, repeat=1) != sample
    assert draw_sample(400, 10, seed=0, repeat=2) != sample
    assert sample != sorted(sample)


def photos(root: Path, images: int, seed: int, progress: Callable[[int], None] | None = None) -> list[Path]:
    return [Path(image.path) for image in make_synthetic(root, images, seed, progress).images]


def test_synthetic_photos_look_like_photos_to_a_decoder(tmp_path: Path) -> None:
    files = photos(tmp_path, 12, seed=3)
    sizes = [path.stat().st_size for path in files]
    assert all(20_000 < size < 200_000 for size in sizes)
    shapes = set()
    for path in files:
        with Image.open(path) as picture:
            assert (picture.format, picture.mode) == ("JPEG", "RGB")
            picture.load()
            shapes.add(picture.size)
    assert len(shapes) > 1
    assert all(300 <= side <= 800 for shape in shapes for side in shape)


def test_synthetic_photos_are_seeded_and_written_once(tmp_path: Path) -> None:
    few = photos(tmp_path, 2, seed=0)
    contents = [path.read_bytes() for path in few]
    assert contents[0] != contents[1]
    few[1].unlink()  # as if killed half way
    ready: list[int] = []
    more = photos(tmp_path, 3, seed=0, progress=ready.append)
    assert ready == [2, 3]
    assert [path.read_bytes() for path in more[:2]] == contents
    assert photos(tmp_path, 1, seed=1)[0].read_bytes() != contents[0]


def test_two_processes_write_the_same_photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save, contents = Image.Image.save, []

    def save_slowly(picture: Image.Image, *where: Any, **how: Any) -> None:
        save(picture, *where, **how)
        if not contents:  # the other one is faster
            contents.append(b"")
            contents.append(photos(tmp_path, 1, seed=0)[0].read_bytes())

    monkeypatch.setattr(Image.Image, "save", save_slowly)
    [path] = photos(tmp_path, 1, seed=0)
    assert path.read_bytes() == contents[-1]
    assert [one.name for one in path.parent.iterdir()] == [path.name]
