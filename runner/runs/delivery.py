"""Predictions as something to keep: written beside their place, checked, and put there in one step."""

from __future__ import annotations

import glob
import json
import os
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.dataset as arrow

from runner.errors import RunnerError

# Readers of Parquet folders pass over names that begin with an underscore.
ABOUT_FILE = "_about.json"
SUCCESS_FILE = "_SUCCESS"


class IncompleteError(RunnerError):
    """There is not one row for every image."""

    exit_status = 1


class MisplacedError(RunnerError):
    """The rows are complete, but not where they belong; the message says where they are."""

    exit_status = 1


@dataclass(frozen=True)
class Delivery:
    """A folder that will hold predictions.

    Parameters
    ----------
    out : Path
        Absolute; it is empty or does not exist.
    token : str
        Tells this command's unfinished work from that of another one with the same `out`.
    labels : tuple of str
        Names of the classes, by number; empty when they are not known.
    """

    out: Path
    token: str
    labels: tuple[str, ...] = ()

    @property
    def partial(self) -> Path:
        """Where runs write: on the same disk, so that moving it is one step."""
        return self.out.parent / f".{self.out.name}.{self.token}.partial"

    def folder_of(self, run_id: str) -> Path:
        """Return the folder that a run writes."""
        return self.partial / run_id

    def clean_up(self) -> None:
        """Remove what this command did not deliver."""
        shutil.rmtree(self.partial, ignore_errors=True)

    def publish(self, images: int, about: Mapping[str, Any]) -> None:
        """Put the rows of the run that finished where they belong, with a file that says what they are.

        Raises
        ------
        IncompleteError
            When no run has finished, or its rows are not as many as the images.
        MisplacedError
            When `out` cannot be put there; the rows are kept beside it.
        """
        finished = next((path.parent for path in self.partial.glob(f"*/{SUCCESS_FILE}")), None)
        if finished is None:
            raise IncompleteError(f"no run finished, so nothing was written to {self.out}")
        rows = arrow.dataset(finished, format="parquet").count_rows()
        if rows != images:
            raise IncompleteError(f"{images} images went in, {rows} rows came out; nothing was written to {self.out}")
        try:
            (finished / ABOUT_FILE).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
            finished.rename(self.out)
        except OSError as error:
            kept = finished.rename(self.out.with_name(f"{self.out.name}-{finished.name[:8]}"))
            raise MisplacedError(
                f"--out: {self.out} cannot be written ({error.strerror or error}); the rows are complete, in {kept}"
            ) from error
        # What killed commands left; one that still runs has no place to deliver to any more.
        for left in self.out.parent.glob(f".{glob.escape(self.out.name)}.*.partial"):
            shutil.rmtree(left, ignore_errors=True)


def read_delivery(out: Path, labels: Path | None) -> Delivery:
    """Return the delivery that the options --out and --labels describe.

    Raises
    ------
    RunnerError
        When `out` holds something already or is a mount point, or the labels cannot be read.
    """
    out = out.resolve()
    if out.exists() and not out.is_dir():
        raise RunnerError(f"--out: {out} is a file; give a folder")
    if out.is_dir() and any(out.iterdir()):
        raise RunnerError(f"--out: {out} is not empty; give another folder, or empty it")
    if os.path.ismount(out):  # rows are renamed to it, which no system does over a mount point
        raise RunnerError(f"--out: {out} is a mount point; give a folder in it")
    if not out.parent.is_dir():
        raise RunnerError(f"--out: there is no folder {out.parent}")
    return Delivery(out, uuid.uuid4().hex, _read_labels(labels) if labels is not None else ())


def _read_labels(path: Path) -> tuple[str, ...]:
    try:
        names = tuple(path.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise RunnerError(f"--labels: {path} cannot be read ({error})") from error
    if not names or not all(name.strip() for name in names):
        raise RunnerError(f"--labels: {path} must have one class name a line, and no empty line")
    return names
