"""Where everything lives: one folder, the home."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from store.errors import StoreUnusableError

VARIABLE = "SPARKCAST_HOME"
DEFAULT = Path(".sparkcast")
SNAPSHOTS = "snapshots"
TASKS = "tasks"
REACHABLE = (SNAPSHOTS, TASKS)  # for SQL that runs in the database; nothing else is


@dataclass(frozen=True)
class Home:
    """The folders and files of one store.

    Parameters
    ----------
    root : Path
        Absolute path of the home.
    """

    root: Path

    @property
    def database(self) -> Path:
        """The DuckDB file."""
        return self.root / "sparkcast.duckdb"

    @property
    def artifacts(self) -> Path:
        """Bytes of the registered models, by SHA-256."""
        return self.root / "artifacts"

    @property
    def inbox(self) -> Path:
        """Finished runs that the database has not seen yet."""
        return self.root / "inbox"

    @property
    def eventlogs(self) -> Path:
        """Spark event logs of the measured runs."""
        return self.root / "eventlogs"

    @property
    def logs(self) -> Path:
        """What the processes of measured runs said last, a folder a run."""
        return self.root / "logs"

    @property
    def snapshots(self) -> Path:
        """Copies of the database."""
        return self.root / SNAPSHOTS

    @property
    def damaged(self) -> Path:
        """Databases that were damaged, kept for a person to look at."""
        return self.root / "damaged"

    @property
    def tasks(self) -> Path:
        """Task records that were moved out of the database, as Parquet."""
        return self.root / TASKS

    def create(self) -> None:
        """Make the folders that are missing.

        Raises
        ------
        StoreUnusableError
            If a folder cannot be made.
        """
        for folder in (self.root, self.artifacts, self.inbox, self.eventlogs, self.snapshots, self.tasks):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                reason = error.strerror or str(error)
                raise StoreUnusableError(
                    f"cannot use {self.root} as home: {folder}: {reason}; "
                    f"choose another folder with --home or {VARIABLE}"
                ) from error


def locate(home: Path | str | None = None) -> Home:
    """Find the home: `home`, else the variable SPARKCAST_HOME, else ./.sparkcast."""
    chosen = home or os.environ.get(VARIABLE) or DEFAULT
    return Home(Path(chosen).expanduser().resolve())
