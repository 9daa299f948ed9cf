"""The images that a campaign processes: a folder of JPEG files and seeded samples of it."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from pathlib import Path

from runner.errors import RunnerError

JPEG_SUFFIXES = frozenset({".jpg", ".jpeg"})


@dataclass(frozen=True)
class Dataset:
    """The image files of a campaign, in a fixed order.

    Parameters
    ----------
    name : str
        What the campaign's plan calls it; holds no path.
    files : tuple of Path
        Absolute paths, sorted.
    """

    name: str
    files: tuple[Path, ...]


def open_folder(folder: Path) -> Dataset:
    """List the JPEG files below `folder`.

    The name is made from the number, relative paths and sizes of the files, so that a campaign that is taken up again
    notices when it is given another set of images.

    Raises
    ------
    RunnerError
        When the folder does not exist or holds no JPEG file.
    """
    if not folder.is_dir():
        raise RunnerError(f"--images: {folder} is not a folder; give a folder with JPEG files")
    root = folder.resolve()
    files = tuple(sorted(path for path in root.rglob("*") if path.suffix.lower() in JPEG_SUFFIXES and path.is_file()))
    if not files:
        raise RunnerError(f"--images: no JPEG file (.jpg, .jpeg) below {folder}; use --synthetic N to generate photos")
    listing = "\n".join(f"{path.relative_to(root).as_posix()}\t{path.stat().st_size}" for path in files)
    digest = hashlib.sha256(listing.encode("utf-8", "surrogateescape")).hexdigest()
    return Dataset(f"folder-{len(files)}-{digest[:12]}", files)


def sample_size(images: int, sampling_rate_pct: float) -> int:
    """Return how many of `images` a run processes at this sampling rate; at least one."""
    return max(1, round(images * sampling_rate_pct / 100))


def draw_sample(images: int, sampling_rate_pct: float, seed: int, repeat: int) -> list[int]:
    """Draw a run's images without replacement.

    The sample depends on seed, sampling rate and repeat only: configurations that are compared see the same images.

    Returns
    -------
    list of int
        Positions in ``range(images)``, in random order.
    """
    # Not for secrets: the point of this generator is that it can be repeated.
    generator = random.Random(f"{seed}/{sampling_rate_pct:g}/{repeat}")  # noqa: S311
    return generator.sample(range(images), sample_size(images, sampling_rate_pct))
