"""The model registry: immutable versions, their figures, and aliases that move.

It stores bytes and never deserialises them.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from store.database.database import Connection, Database
from store.errors import ArtefactError, StoreError
from store.registry import aliases, lineage, registration, retention, seals, versions
from store.registry.aliases import CHAMPION
from store.registry.artifacts import Artifacts, sha256
from store.registry.comparison import differences
from store.registry.models import ModelDraft, ModelVersion, Registered
from store.registry.versions import Ref, version_of

__all__ = ["CHAMPION", "Registry"]

_REPAIR = "do not use it, fit the model again, and promote the version that comes of it if that is another"
_METRICS = "SELECT metric, protocol, value, unit FROM metrics WHERE name = ? AND version = ? ORDER BY metric, protocol"
_FIGURES = """
SELECT name, version, metric, protocol, value, unit FROM metrics JOIN models USING (name, version)
WHERE ($application IS NULL OR application = $application) AND ($cluster IS NULL OR cluster = $cluster)
ORDER BY name, version, metric, protocol
"""


class Registry:
    """The versions of all models.

    Parameters
    ----------
    database : Database
        Where the records are.
    artifacts : Artifacts
        Where the bytes are.
    """

    def __init__(self, database: Database, artifacts: Artifacts) -> None:
        self._database = database
        self._artifacts = artifacts

    def rows_hash(self, run_ids: Sequence[str], dataset_images: int | None) -> str:
        """Return the SHA-256 of stored runs as a model sees them: `data_sha256` of the models that learn from them.

        Parameters
        ----------
        run_ids : sequence of str
            Of runs that ended well; what is not stored is left out.
        dataset_images : int or None
            Images of the data set that all rates are shares of; None leaves each run's as it is.
        """
        with self._database.transaction() as connection:
            return lineage.rows_hash(connection, run_ids, dataset_images)

    def register(self, draft: ModelDraft, artefact: bytes) -> Registered:
        """Keep a model as the next version of its name; the first becomes the champion.

        A draft whose name and fingerprint are known is not stored again: that version is brought back if it is
        archived. If it is damaged its bytes are, or the draft becomes a new version that its aliases point at.

        Raises
        ------
        StoreError
            If the draft cannot be a version.
        """
        registration.check(draft, artefact)
        digest, size = sha256(artefact), len(artefact)

        def work(connection: Connection) -> Registered:
            known = registration.known(connection, draft)
            if known is not None:
                if known.artefact_sha256 == digest:
                    self._artifacts.put(artefact)
                if not self._problem(connection, known):
                    retention.restore(connection, known)
                    return Registered(known.version, created=False)
                retention.retire(connection, known)
            self._artifacts.put(artefact)  # in here, where nobody purges the same bytes; twice does no harm
            version = registration.insert(connection, draft, digest, size)
            if known is not None:
                registration.replace(connection, known, version)
            return Registered(version, created=True)

        return self._database.write(work)

    def get(self, name: str, ref: Ref = CHAMPION) -> ModelVersion:
        """Return a version of a model.

        Parameters
        ----------
        name : str
            application@cluster/scenario.
        ref : str or int
            An alias, `latest`, `v3` or 3.

        Raises
        ------
        UnknownModelError
            If there is no such model, version or alias.
        """
        with self._database.transaction() as connection:
            return version_of(connection, name, ref)

    def artefact(self, name: str, ref: Ref = CHAMPION) -> bytes:
        """Return a version's bytes, once their SHA-256 and the version's record were checked.

        Raises
        ------
        UnknownModelError
            If there is no such model, version or alias.
        ArtefactError
            If the bytes are gone or are not the registered ones, or the record was changed.
        """
        found = self.get(name, ref)
        if problem := self.problem(name, found.version):
            raise ArtefactError(f"{name} v{found.version}: {problem}; {_REPAIR}")
        return self._artifacts.get(found.artefact_sha256)

    def problem(self, name: str, version: int) -> str:
        """Say what is wrong with a version's record or bytes; empty when nothing is."""
        with self._database.transaction() as connection:
            return self._problem(connection, version_of(connection, name, version))

    def _problem(self, connection: Connection, found: ModelVersion) -> str:
        if seals.changed(connection, found.name, found.version):
            return seals.CHANGED
        if found.purged_at is not None:
            return f"its bytes were purged on {found.purged_at:%Y-%m-%d}"
        return self._artifacts.problem(found.artefact_sha256)

    def problems(self) -> list[str]:
        """Say what is wrong with the records and bytes of all versions, archived ones included, purged ones not."""
        sql = "SELECT name, version, artefact_sha256 FROM models WHERE purged_at IS NULL ORDER BY name, version"
        with self._database.transaction() as connection:
            changed = seals.changed(connection)
            known = connection.execute(sql).fetchall()
        found = (
            (name, version, seals.CHANGED if (name, version) in changed else self._artifacts.problem(digest))
            for name, version, digest in known
        )
        return [f"{name} v{version}: {problem}" for name, version, problem in found if problem]

    def find(self, fingerprint: str) -> ModelVersion | None:
        """Return the newest version with this fingerprint, None when there is none."""
        where = "WHERE m.fingerprint = ? ORDER BY m.created_at DESC LIMIT 1"
        with self._database.transaction() as connection:
            found = versions.select(connection, where, [fingerprint])
        return found[0] if found else None

    def load(
        self, application: str | None = None, cluster: str | None = None, *, archived: bool = False
    ) -> pd.DataFrame:
        """Return one row a version, by name and version; the columns are `ModelVersion`'s.

        training_run_ids are counted in training_runs instead; aliases is a list. Archived versions only on demand.
        """
        filters = {"application": application, "cluster": cluster, "archived": archived}
        with self._database.transaction() as connection:
            return versions.listed(connection, filters)

    def metrics(self, name: str, version: int) -> pd.DataFrame:
        """Return a version's figures: metric, protocol, value, unit."""
        with self._database.transaction() as connection:
            return connection.execute(_METRICS, [name, version]).df()

    def figures(self, application: str | None = None, cluster: str | None = None) -> pd.DataFrame:
        """Return every figure of every version that passes, archived ones too.

        name, version, metric, protocol, value and unit, by name and version.
        """
        with self._database.transaction() as connection:
            return connection.execute(_FIGURES, {"application": application, "cluster": cluster}).df()

    def promote(self, name: str, version: Ref, alias: str = CHAMPION) -> None:
        """Let an alias point at a version; rolling back is promoting the earlier one.

        Raises
        ------
        StoreError
            If the alias is reserved (`latest`, `v3`, `3`) or unusable.
        UnknownModelError
            If there is no such model or version.
        """
        aliases.check_alias(alias)

        def work(connection: Connection) -> None:
            found = version_of(connection, name, version)
            if found.archived_at is not None:
                raise StoreError(f"{name} v{found.version} is archived; restore it before an alias points there")
            aliases.point(connection, name, alias, found.version)

        self._database.write(work)

    def previous(self, name: str, alias: str = CHAMPION) -> int:
        """Return the version that `roll_back` would go to.

        Raises
        ------
        StoreError
            If the alias pointed at no other version before that is not archived.
        """
        with self._database.transaction() as connection:
            return aliases.previous(connection, name, alias)

    def roll_back(self, name: str, alias: str = CHAMPION) -> int:
        """Let an alias point again at the version before the one it points at now; return that version.

        Again and again it goes further back. Archived versions are left out.

        Raises
        ------
        StoreError
            If the alias pointed at no other version before that is not archived.
        """
        return self._database.write(lambda connection: aliases.roll_back(connection, name, alias))

    def remove_alias(self, name: str, alias: str) -> None:
        """Take an alias away; its history stays.

        Raises
        ------
        StoreError
            If it is the champion, which the app needs: promote another version instead.
        UnknownModelError
            If there is no such alias.
        """
        if alias == CHAMPION:
            raise StoreError(f"{CHAMPION} is what the app uses; promote another version instead of removing it")
        self._database.write(lambda connection: aliases.remove(connection, name, alias))

    def archive(self, name: str, version: Ref) -> None:
        """Put a version aside: it is not listed or used any more, and `restore` brings it back.

        Raises
        ------
        StoreError
            While an alias points there.
        UnknownModelError
            If there is no such model or version.
        """

        def work(connection: Connection) -> None:
            retention.archive(connection, retention.unused(connection, name, version))

        self._database.write(work)

    def restore(self, name: str, version: Ref) -> None:
        """Bring an archived version back.

        Raises
        ------
        StoreError
            If its bytes were purged.
        """

        def work(connection: Connection) -> None:
            retention.restore(connection, version_of(connection, name, version))

        self._database.write(work)

    def purge(self, name: str, version: Ref) -> int:
        """Delete the bytes of an archived version for good, and return how many; the record stays, as lineage.

        The same model can be fitted and registered again, as a new version.

        Raises
        ------
        StoreError
            Unless the version is archived.
        """

        def mark(connection: Connection) -> ModelVersion:
            found = retention.unused(connection, name, version)
            retention.purge(connection, found)
            return found

        def forget(connection: Connection) -> int:  # what is marked for good, unless it was registered again meanwhile
            if retention.is_needed(connection, found.artefact_sha256):
                return 0
            self._artifacts.delete(found.artefact_sha256)
            return found.artefact_bytes

        found = self._database.write(mark)
        return self._database.write(forget)

    def compare(self, name: str, first: Ref, second: Ref) -> pd.DataFrame:
        """Return what differs between two versions of a model: field, first, second."""
        pair = [self.get(name, first), self.get(name, second)]
        return differences(pair, [self.metrics(name, one.version) for one in pair])

    def alias_history(self, name: str) -> pd.DataFrame:
        """Return every move of an alias of a model, oldest first: alias, version (0: removed), set_at (UTC).

        Raises
        ------
        UnknownModelError
            If there is no such model.
        """
        with self._database.transaction() as connection:
            return aliases.history(connection, name)
