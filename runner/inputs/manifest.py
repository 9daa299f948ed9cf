"""References to images, and the list of them that a run's Python workers read."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class ImageRef(NamedTuple):
    """Where one image is: a file of its own, or one record in a file of many.

    Parameters
    ----------
    path : str
        Absolute path of the file.
    record : int or None
        Number of the record in a CIFAR-10 file, from 0; None when the file is the image.
    """

    path: str
    record: int | None = None

    def __str__(self) -> str:
        return self.path if self.record is None else f"{self.path}#{self.record}"

    @property
    def text(self) -> str:
        """The image as Arrow and Spark can hold it: bytes of its path that are no UTF-8 are replaced."""
        return os.fsencode(str(self)).decode("utf-8", "replace")

    @property
    def name(self) -> str:
        """What to call the image where its folder is nobody's business."""
        return Path(str(self)).name


def write_manifest(path: Path, images: Sequence[ImageRef]) -> None:
    """Write the references, in order."""
    path.write_text(json.dumps(images), encoding="utf-8")


def read_manifest(path: Path) -> list[ImageRef]:
    """Return what `write_manifest` wrote."""
    return [ImageRef(*item) for item in json.loads(path.read_text(encoding="utf-8"))]
