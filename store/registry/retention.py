"""What happens to versions that nobody uses: archived, brought back, or purged of their bytes."""

from __future__ import annotations

from store.database.database import Connection, utc_now
from store.errors import StoreError
from store.registry.models import ModelVersion
from store.registry.versions import Ref, version_of

_SHARED = "SELECT count(*) FROM models WHERE artefact_sha256 = ? AND purged_at IS NULL"
# A purged version's fingerprint is retired, so that the same model can be registered again.
_PURGE = """
UPDATE models SET purged_at = ?, fingerprint = fingerprint || ' purged v' || version WHERE name = ? AND version = ?
"""


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
    connection.execute(
        "UPDATE models SET archived_at = NULL WHERE name = ? AND version = ?", [found.name, found.version]
    )


def purge(connection: Connection, found: ModelVersion) -> bool:
    """Mark an archived version as purged; return whether its bytes belong to no other version."""
    if found.archived_at is None:
        raise StoreError(f"{found.name} v{found.version} is not archived; archive it first, purging cannot be undone")
    if found.purged_at is None:
        connection.execute(_PURGE, [utc_now(), found.name, found.version])
    row = connection.execute(_SHARED, [found.artefact_sha256]).fetchone()
    return row is not None and row[0] == 0
