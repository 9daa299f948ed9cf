"""The store as a whole: everything that one home holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.campaigns import Campaigns
from store.clusters import Clusters
from store.database import troubles
from store.database.database import Database
from store.database.migrations import migrate
from store.database.snapshots import Snapshots, newest_first
from store.eventlogs.imports import EventLogImports
from store.home import Home, locate
from store.measurements import Measurements
from store.registry.artifacts import Artifacts
from store.registry.registry import Registry
from store.runs.compaction import TaskFiles
from store.runs.inbox import Inbox
from store.runs.runs import Runs
from store.uploads.imports import Imports
from store.uploads.uploads import Uploads
from store.verification import verify


class Store:
    """A home with its database, ready for use. It holds nothing open; threads may share it.

    Parameters
    ----------
    home : Home
        Where everything lives; its folders exist.

    Attributes
    ----------
    runs, task_files, clusters, campaigns, inbox, imports, eventlogs, uploads, registry, snapshots
        One for each kind of thing that is kept.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        database = Database(home.database)
        self.task_files = TaskFiles(home.tasks, database)
        self.runs = Runs(database, self.task_files)
        self.clusters = Clusters(database)
        self.campaigns = Campaigns(database)
        self.inbox = Inbox(home.inbox, database)
        self.imports = Imports(database)
        self.eventlogs = EventLogImports(database)
        self.uploads = Uploads(database)
        self.measurements = Measurements(database)
        self.registry = Registry(database, Artifacts(home.artifacts))
        self.snapshots = Snapshots(home.snapshots, database)
        self._database = database
        migrate(database)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keep the database open over several short reads: each joins, where by itself it would open and close.

        Raises
        ------
        StoreLockedError, StoreUnusableError
            As each of them would.
        """
        with self._database.transaction():
            yield

    def verify(self) -> tuple[int, list[str]]:
        """Check runs, tasks and models; see `store.verification.verify`."""
        return verify(self._database, self.registry, self.task_files)


def open_store(home: Path | str | None = None) -> Store:
    """Open the store: make its folders, bring its schema up to date, drain its inbox, copy the database once a day.

    Parameters
    ----------
    home : Path, str or None
        The folder; when None the variable SPARKCAST_HOME, else ./.sparkcast.

    Raises
    ------
    StoreUnusableError
        If the home cannot be used; StoreLockedError names the process that holds it,
        NewerStoreError says that a newer Sparkcast wrote it, DamagedStoreError how to go back.
    """
    place = locate(home)
    place.create()
    if not place.database.exists() and newest_first(place.snapshots):
        raise troubles.gone(place)
    store = Store(place)
    store.inbox.drain()
    store.snapshots.make_when_due()
    return store
