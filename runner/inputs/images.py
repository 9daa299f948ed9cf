"""The images that a campaign processes, and seeded samples of them."""

from __future__ import annotations

import random
from dataclasses import dataclass

from runner.inputs.manifest import ImageRef


@dataclass(frozen=True)
class Dataset:
    """The images of a campaign, in a fixed order.

    Parameters
    ----------
    name : str
        What the campaign's plan calls it; holds no path.
    images : tuple of ImageRef
        Where each is.
    """

    name: str
    images: tuple[ImageRef, ...]


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
