"""What stays of a run on disk: its event log, compressed, and the last words of its processes, within bounds."""

from __future__ import annotations

import os
import shutil
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
        One folder a run.
    most_bytes : int
    """
    kept = 0
    for run in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True):
        kept += sum(path.stat().st_size for path in run.iterdir())
        if kept > most_bytes:
            shutil.rmtree(run)
