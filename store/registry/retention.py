"""What happens to versions that nobody uses: archived, brought back, or purged of their bytes."""

from __future__ import annotations

from store.database.database import Connection, utc_now
from store.errors import StoreError
from store.registry.models import ModelVersion
from store.registry.versions import Ref, version_of

_NEEDED = "SELECT 1 FROM models WHERE artefact_sha256 = ? AND purged_at IS NULL LIMIT 1"
_PURGE = "UPDATE models SET purged_at = ? WHERE name = ? AND version = ?"
_RETIRE = "UPDATE models SET fingerprint = fingerprint || ' retired v' || version WHERE name = ? AND version = ?"


def unused(connection: Connection, name: str, ref: Ref) -> ModelVersion:
    """Return a version that no alias points at.

    Raises
    ------
    UnknownModelError
        If there is no such version.
    StoreError
        If an alias points there.
    """
    found = version_of(connection, name, ref)
    if found.aliases:
        raise StoreError(f"{name} v{found.version} is {', '.join(found.aliases)}; let the alias point elsewhere first")
    return found


def archive(connection: Connection, found: ModelVersion) -> None:
    """Mark a version as put aside."""
    sql = "UPDATE models SET archived_at = coalesce(archived_at, ?) WHERE name = ? AND version = ?"
    connection.execute(sql, [utc_now(), found.name, found.version])


def restore(connection: Connection, found: ModelVersion) -> None:
    """Take the mark away again."""
    if found.purged_at is not None:
        raise StoreError(f"{found.name} v{found.version} was purged: its bytes are gone; fit the model again")
    if found.archived_at is not None:
        sql = "UPDATE models SET archived_at = NULL WHERE name = ? AND version = ?"
        connection.execute(sql, [found.name, found.version])


def retire(connection: Connection, found: ModelVersion) -> None:
    """Take a version's fingerprint, so that the same model can be registered again."""
    connection.execute(_RETIRE, [found.name, found.version])


def purge(connection: Connection, found: ModelVersion) -> None:
    """Mark an archived version as purged."""
    if found.archived_at is None:
        raise StoreError(f"{found.name} v{found.version} is not archived; archive it first, purging cannot be undone")
    if found.purged_at is None:
        connection.execute(_PURGE, [utc_now(), found.name, found.version])
        retire(connection, found)


def is_needed(connection: Connection, digest: str) -> bool:
    """Return whether bytes belong to a version that is not purged."""
    return connection.execute(_NEEDED, [digest]).fetchone() is not None
