"""Where images come from: a folder of photos, the Yelp photo data set, or CIFAR-10's binary files.

Opening a data set lists it and reads no image. What turns out to be missing or broken is counted in the run.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from runner.errors import RunnerError
from runner.inputs.cifar import RECORD, TRAINING_FILES
from runner.inputs.images import Dataset
from runner.inputs.manifest import ImageRef

IMAGES_HELP = (
    "folder with JPEG and PNG files, searched recursively, linked folders too; or that of the Yelp photo data set "
    "(photos.json beside photos), or of CIFAR-10's binary version (data_batch_*.bin)"
)
PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})
YELP_LIST = "photos.json"
YELP_PHOTOS = "photos"
_PHOTO_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def open_images(folder: Path) -> Dataset:
    """List the images in `folder`, whose content says what kind of data set it is.

    ``photos.json`` beside a folder ``photos`` is the Yelp photo data set; ``data_batch_*.bin`` is CIFAR-10; anything
    else is searched recursively for JPEG and PNG files, linked folders included. The data set's name is made from the
    list, so that a campaign that is taken up again notices when it is given other images.

    Raises
    ------
    RunnerError
        When the folder does not exist, holds no image, or one in it or its list cannot be read.
    """
    if not folder.is_dir():
        raise RunnerError(f"--images: {folder} is not a folder; give a folder with images")
    try:
        return _open(folder.resolve())
    except OSError as error:
        raise RunnerError(
            f"--images: {error.filename or folder} cannot be read ({error.strerror or error}); make it readable, or "
            "give a folder without it"
        ) from error


def _open(root: Path) -> Dataset:
    if (root / YELP_LIST).is_file() and (root / YELP_PHOTOS).is_dir():
        return _open_yelp(root)
    if any(root.glob(TRAINING_FILES)):
        return _open_cifar(root)
    return _open_folder(root)


def _open_folder(root: Path) -> Dataset:
    files = sorted(_find_photos(root))
    if not files:
        raise RunnerError(
            f"--images: no image below {root}: no JPEG or PNG file (.jpg, .jpeg, .png), no Yelp {YELP_LIST} beside "
            f"{YELP_PHOTOS}, no CIFAR-10 {TRAINING_FILES}; use --synthetic N to generate photos"
        )
    return Dataset(_name("folder", len(files), _listing(root, files)), tuple(ImageRef(str(path)) for path in files))


def _find_photos(root: Path) -> Iterator[Path]:
    """Go through each folder below `root` once, those that links lead to after those that are really there."""
    waiting, seen = [root], set()
    for start in waiting:
        for folder, folders, files in os.walk(start, onerror=_refuse):
            if (real := os.path.realpath(folder)) in seen:
                folders.clear()
                continue
            seen.add(real)
            waiting += [path for name in sorted(folders) if (path := Path(folder, name)).is_symlink()]
            photos = (path for name in files if (path := Path(folder, name)).suffix.lower() in PHOTO_SUFFIXES)
            # A link that leads nowhere is an image, too: one that cannot be read.
            yield from (path for path in photos if path.is_file() or not path.exists())


def _refuse(error: OSError) -> None:
    raise error


def _open_yelp(root: Path) -> Dataset:
    content = (root / YELP_LIST).read_bytes()
    photos = root / YELP_PHOTOS
    images = tuple(ImageRef(str(photos / f"{photo_id}.jpg")) for photo_id in _photo_ids(content, root / YELP_LIST))
    if not images:
        raise RunnerError(f"--images: {root / YELP_LIST} lists no photo")
    return Dataset(_name("yelp", len(images), [content]), images)


def _photo_ids(content: bytes, path: Path) -> Iterator[str]:
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            photo_id = json.loads(line)["photo_id"]
        except (ValueError, KeyError, TypeError) as error:
            raise RunnerError(f"--images: {path}, line {number}: not a JSON object with a photo_id") from error
        # The name of a file is made from it: it must not lead anywhere else.
        if not isinstance(photo_id, str) or not _PHOTO_ID.fullmatch(photo_id):
            raise RunnerError(
                f"--images: {path}, line {number}: photo_id {photo_id!r} is not made of letters, digits, '_' and '-'"
            )
        yield photo_id


def _open_cifar(root: Path) -> Dataset:
    files = sorted(root.glob(TRAINING_FILES))
    # A record that was cut short is an image too: a corrupt one.
    images = tuple(ImageRef(str(path), record) for path in files for record in range(-(-path.stat().st_size // RECORD)))
    if not images:
        raise RunnerError(f"--images: the {TRAINING_FILES} in {root} are empty")
    return Dataset(_name("cifar10", len(images), _listing(root, files)), images)


def _listing(root: Path, files: Iterable[Path]) -> Iterator[bytes]:
    for path in files:
        size = path.stat().st_size if path.exists() else "missing"
        line = f"{path.relative_to(root).as_posix()}\t{size}\n"
        yield line.encode("utf-8", "surrogateescape")


def _name(kind: str, images: int, content: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in content:
        digest.update(part)
    return f"{kind}-{images}-{digest.hexdigest()[:12]}"
