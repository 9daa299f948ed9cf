"""What stays of a run on disk: its event log, compressed, and the last words of its processes, within bounds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from store.files import sync_folder

EVENT_LOG_SUFFIX = ".zstd"  # the name that Spark gives to event logs that it compresses itself
MOST_LOG_BYTES = 256 * 1024**2


def keep_event_log(source: Path, folder: Path, run_id: str) -> Path:
    """Write an event log into `folder`, compressed, so that it is there whole or not at all; return its path."""
    import pyarrow as pa

    target = folder / f"{run_id}{EVENT_LOG_SUFFIX}"
    partial = target.with_name(f".{target.name}.partial")
    with source.open("rb") as plain, pa.output_stream(partial, compression="zstd") as compressed:
        shutil.copyfileobj(plain, compressed)
    with partial.open("rb+") as file:  # pyarrow closes what it writes to, before it could be made durable
        os.fsync(file.fileno())
    partial.replace(target)
    sync_folder(folder)
    return target


def remove_partials(folder: Path) -> None:
    """Remove what was being written when a campaign was killed."""
    for path in folder.glob(".*.partial"):
        path.unlink(missing_ok=True)


def prune_logs(folder: Path, most_bytes: int = MOST_LOG_BYTES) -> None:
    """Remove the oldest runs' logs until the rest is within `most_bytes`.

    Parameters
    ----------
    folder : Path
        One folder a run; what else is in it stays.
    most_bytes : int
    """
    kept = 0
    for _, size, run in sorted(_sized(folder), reverse=True):
        kept += size
        if kept > most_bytes:
            shutil.rmtree(run, ignore_errors=True)


def _sized(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Return change time, bytes and path of each run's folder."""
    for run in list(folder.iterdir()):
        with suppress(FileNotFoundError):  # somebody else tidies up at this moment
            if run.is_dir() and not run.is_symlink():
                yield run.stat().st_mtime, sum(path.stat().st_size for path in run.iterdir()), run
