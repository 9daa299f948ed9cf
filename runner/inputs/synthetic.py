"""Synthetic photos: real JPEG files, seeded, with sizes and content like those of photos.

Decoding time depends on dimensions and on how much detail survives in the file, so a picture is made of smooth colour
fields, structure at several scales and sensor-like noise: 640x480-like files come out at tens of kilobytes each.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from runner.inputs.images import Dataset
from runner.inputs.manifest import ImageRef
from store.files import write_durably

# Width and height in pixels: common photo shapes around 640x480.
DIMENSIONS = ((640, 480), (480, 640), (640, 427), (600, 600), (576, 432), (500, 375), (720, 540))
# Size of the random grid that is blown up to the picture, and how much of the picture it makes.
OCTAVES = ((4, 0.55), (12, 0.25), (48, 0.12), (160, 0.08))
NOISE = 5.0
QUALITY = 88
PHOTOS = "synthetic"


def synthetic_name(images: int, seed: int) -> str:
    """Return the data set's name; the same number and seed always mean the same pictures."""
    return f"synthetic-{images}-seed{seed}"


def make_synthetic(root: Path, images: int, seed: int, progress: Callable[[int], None] | None = None) -> Dataset:
    """Write the first `images` pictures of a seed that are not there yet, and return them all.

    Parameters
    ----------
    root : Path
        Where data sets live; the pictures of one seed share a folder, so a larger set reuses a smaller one.
    images, seed : int
        How many pictures, and of which series.
    progress : callable, optional
        Told the number of pictures that are ready, after each new one.
    """
    folder = root / f"{PHOTOS}-seed{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    files = tuple(folder.resolve() / f"{index:07d}.jpg" for index in range(images))
    for index, path in enumerate(files):
        if not path.exists():
            _write(path, draw_photo(seed, index))
            if progress is not None:
                progress(index + 1)
    return Dataset(synthetic_name(images, seed), tuple(ImageRef(str(path)) for path in files))


def draw_photo(seed: int, index: int) -> Image.Image:
    """Draw picture `index` of the series `seed`."""
    generator = np.random.default_rng((seed, index))
    width, height = DIMENSIONS[generator.integers(len(DIMENSIONS))]
    picture = np.zeros((height, width, 3), dtype=np.float32)
    for cells, weight in OCTAVES:
        grid = generator.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
        smooth = Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC)
        picture += weight * np.asarray(smooth, dtype=np.float32)
    picture += NOISE * generator.standard_normal((height, width, 1), dtype=np.float32)
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def _write(path: Path, picture: Image.Image) -> None:
    content = io.BytesIO()
    picture.save(content, format="JPEG", quality=QUALITY)
    write_durably(path, content.getvalue())
