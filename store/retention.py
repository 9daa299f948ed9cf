"""What happens to versions that nobody uses: archived, brought back, or purged of their bytes."""

from __future__ import annotations

from typing import Any

from store.database import Connection, utc_now
from store.errors import StoreError
from store.models import ModelVersion

_SHARED = "SELECT count(*) FROM models WHERE artefact_sha256 = ? AND purged_at IS NULL"
# A purged version's fingerprint is retired, so that the same model can be registered again.
_PURGE = """
UPDATE models SET purged_at = ?, fingerprint = fingerprint || ' purged v' || version WHERE name = ? AND version = ?
"""


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


def described(found: ModelVersion) -> dict[str, Any]:
    """Return what two versions are compared by, flat."""
    documents = {"techniques": found.techniques, "params": found.params, "environment": found.environment}
    flat = {f"{name}.{key}": value for name, document in documents.items() for key, value in document.items()}
    ranges = {f"range.{key}": value for key, value in found.schema.get("ranges", {}).items()}
    return {
        "created_at": found.created_at.isoformat(timespec="seconds"),
        "training runs": len(found.training_run_ids),
        "data_sha256": found.data_sha256,
        "seed": found.seed,
        "artefact_bytes": found.artefact_bytes,
        **flat,
        **ranges,
    }
