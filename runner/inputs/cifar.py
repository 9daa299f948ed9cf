"""Labelled 32 x 32 photos in CIFAR-10's binary format, read by position, and a generated set that looks like it.

A record is one byte with the label and 3,072 bytes with the pixels: the red, the green and the blue plane, row by row
(https://www.cs.toronto.edu/~kriz/cifar.html). Files are mapped into memory: a worker reads the records of its shard and
no others, and what it has read once stays in the system's page cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from runner.errors import RunnerError
from runner.inputs.images import Dataset
from runner.inputs.manifest import ImageRef
from store.files import write_durably

IMAGE_SIZE = 32
CHANNELS = 3
CLASSES = 10
PIXELS = IMAGE_SIZE * IMAGE_SIZE * CHANNELS
RECORD = 1 + PIXELS
TRAINING_FILES = "data_batch_*.bin"
TEST_FILE = "test_batch.bin"
GENERATED = "cifar-like"
# How much of a generated photo is its class's pattern; the rest is another pattern, and noise on top. With this share
# the network learns over several epochs instead of at once or never.
PATTERN_SHARE = 0.3
PATTERN_CELLS = 4
NOISE = 30.0
AT_ONCE = 5_000  # photos in memory as floats

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Records:
    """Files of records, numbered through in the order of the files.

    Parameters
    ----------
    name : str
        What the run log calls the data set.
    files : tuple of str
        Absolute paths.
    """

    name: str
    files: tuple[str, ...]

    def __len__(self) -> int:
        return sum(self._sizes)

    @property
    def _sizes(self) -> list[int]:
        return [Path(file).stat().st_size // RECORD for file in self.files]

    def dataset(self) -> Dataset:
        """Return the records as images that runs draw samples from."""
        sizes = zip(self.files, self._sizes, strict=True)
        return Dataset(self.name, tuple(ImageRef(file, number) for file, size in sizes for number in range(size)))

    def numbers(self, images: Sequence[ImageRef]) -> Ids:
        """Return the numbers of the records that these images are."""
        first = dict(zip(self.files, np.cumsum([0, *self._sizes[:-1]]), strict=True))
        return np.array([first[image.path] + (image.record or 0) for image in images], dtype=np.int64)

    def read(self, ids: Ids) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """Return the images, uint8 of shape (n, 32, 32, 3), and the labels of the records with these numbers.

        Raises
        ------
        IndexError
            When there is no such record: a file is shorter than it was.
        """
        picked = np.empty((len(ids), RECORD), dtype=np.uint8)
        first = 0
        for file in self.files:
            records = np.memmap(file, dtype=np.uint8, mode="r").reshape(-1, RECORD)
            here = (ids >= first) & (ids < first + len(records))
            picked[here] = records[ids[here] - first]
            first += len(records)
        if len(ids) and not 0 <= ids.min() <= ids.max() < first:
            raise IndexError(f"{self.name} has the records 0 to {first - 1}, not all of {ids.min()} to {ids.max()}")
        return split_records(picked)


def split_records(records: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return images, uint8 of shape (n, 32, 32, 3), and labels of records, uint8 of shape (n, 3073)."""
    planes = records[:, 1:].reshape(-1, CHANNELS, IMAGE_SIZE, IMAGE_SIZE)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), records[:, 0].astype(np.int64)


@dataclass(frozen=True)
class LabelledPhotos:
    """What a training needs: records to learn from, and others to test on."""

    training: Records
    test: Records


def open_cifar(folder: Path) -> LabelledPhotos:
    """Open a folder with CIFAR-10's binary version (data_batch_1.bin ... and test_batch.bin).

    Raises
    ------
    RunnerError
        When a file is missing, is no whole number of records, or holds a label beyond 9.
    """
    training = sorted(folder.glob(TRAINING_FILES))
    if not training or not (folder / TEST_FILE).is_file():
        raise RunnerError(
            f"{folder} holds no {TRAINING_FILES} and {TEST_FILE}: give the folder of CIFAR-10's binary version"
        )
    for path in [*training, folder / TEST_FILE]:
        _check(path)
    return LabelledPhotos(_records("cifar-10", training), _records("cifar-10-test", [folder / TEST_FILE]))


def _records(name: str, paths: list[Path]) -> Records:
    return Records(name, tuple(str(path.resolve()) for path in paths))


def _check(path: Path) -> None:
    size = path.stat().st_size
    if size == 0 or size % RECORD:
        raise RunnerError(f"{path}: {size} bytes are not a whole number of {RECORD}-byte CIFAR-10 records")
    labels = np.memmap(path, dtype=np.uint8, mode="r")[::RECORD]
    if labels.max() >= CLASSES:
        raise RunnerError(f"{path}: label {labels.max()} is not one of CIFAR-10's {CLASSES} classes (0-9)")


def name_cifar_like(root: Path, training: int, test: int, seed: int) -> LabelledPhotos:
    """Return where `make_cifar_like` writes; nothing is there yet, perhaps."""
    folder = root / f"{GENERATED}-{training}-{test}-seed{seed}"
    return LabelledPhotos(
        _records(folder.name, [folder / TRAINING_FILES.replace("*", "1")]),
        _records(f"{folder.name}-test", [folder / TEST_FILE]),
    )


def make_cifar_like(root: Path, training: int, test: int, seed: int) -> LabelledPhotos:
    """Write a seeded set of labelled photos in CIFAR-10's format that a network can learn, unless it is there already.

    A photo is a blend of its class's coarse colour pattern and a random one, with noise. Its name says that it is
    generated, wherever runs on it are shown.
    """
    photos = name_cifar_like(root, training, test, seed)
    for path, count, part in (
        (Path(*photos.training.files), training, 0),
        (Path(*photos.test.files), test, 1),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            write_durably(path, draw_records(count, seed, part).tobytes())
    return photos


def draw_records(count: int, seed: int, part: int) -> npt.NDArray[np.uint8]:
    """Return generated records, uint8 of shape (count, 3073); parts of one seed share the classes' patterns."""
    patterns = _blow_up(np.random.default_rng(seed), CLASSES)
    generator = np.random.default_rng((seed, part))
    sizes = [min(AT_ONCE, count - first) for first in range(0, count, AT_ONCE)]
    return np.concatenate([_draw(size, patterns, generator) for size in sizes])


def _draw(count: int, patterns: npt.NDArray[np.float32], generator: np.random.Generator) -> npt.NDArray[np.uint8]:
    labels = generator.integers(CLASSES, size=count)
    photos = PATTERN_SHARE * patterns[labels] + (1 - PATTERN_SHARE) * _blow_up(generator, count)
    photos += NOISE * generator.standard_normal(photos.shape, dtype=np.float32)
    planes = np.clip(photos, 0, 255).astype(np.uint8).transpose(0, 3, 1, 2).reshape(count, PIXELS)
    return np.concatenate([labels.astype(np.uint8)[:, None], planes], axis=1)


def _blow_up(generator: np.random.Generator, count: int) -> npt.NDArray[np.float32]:
    """Return random coarse grids enlarged to smooth pictures, float32 of shape (count, 32, 32, 3)."""
    grids = generator.integers(0, 256, (count, PATTERN_CELLS, PATTERN_CELLS, CHANNELS), dtype=np.uint8)
    size = (IMAGE_SIZE, IMAGE_SIZE)
    pictures = [np.asarray(Image.fromarray(grid).resize(size, Image.Resampling.BICUBIC)) for grid in grids]
    return np.asarray(pictures, dtype=np.float32)
