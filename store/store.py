"""The store as a whole: everything that one home holds."""

from __future__ import annotations

from pathlib import Path

from store.artifacts import Artifacts
from store.campaigns import Campaigns
from store.clusters import Clusters
from store.database import Database
from store.eventlogs.imports import EventLogImports
from store.home import Home, locate
from store.imports import Imports
from store.inbox import Inbox
from store.migrations import migrate
from store.registry import Registry
from store.runs import Runs
from store.uploads import Uploads
from store.verification import verify


class Store:
    """A home with its database, ready for use. It holds nothing open; threads may share it.

    Parameters
    ----------
    home : Home
        Where everything lives; its folders exist.

    Attributes
    ----------
    runs, clusters, campaigns, inbox, imports, eventlogs, uploads, registry
        One for each kind of thing that is kept.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        database = Database(home.database)
        self.runs = Runs(database)
        self.clusters = Clusters(database)
        self.campaigns = Campaigns(database)
        self.inbox = Inbox(home.inbox, database)
        self.imports = Imports(database)
        self.eventlogs = EventLogImports(database)
        self.uploads = Uploads(database)
        self.registry = Registry(database, Artifacts(home.artifacts))
        self._database = database
        migrate(database)

    def verify(self) -> tuple[int, list[str]]:
        """Check all models; see `store.verification.verify`."""
        return verify(self._database, self.registry)


def open_store(home: Path | str | None = None) -> Store:
    """Open the store: make its folders, bring its schema up to date, drain its inbox.

    Parameters
    ----------
    home : Path, str or None
        The folder; when None the variable SPARKCAST_HOME, else ./.sparkcast.

    Raises
    ------
    StoreUnusableError
        If the home cannot be used; StoreLockedError names the process that holds it,
        NewerStoreError says that a newer Sparkcast wrote it.
    """
    place = locate(home)
    place.create()
    store = Store(place)
    store.inbox.drain()
    return store
