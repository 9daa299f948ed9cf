"""What every import leaves behind: the record of its file, by which the same file is known again."""

from __future__ import annotations

import getpass
from dataclasses import dataclass

from store.database.database import Connection, utc_now

_KNOWN = "SELECT upload_id, name, rows, left_out, uploaded_at FROM uploads WHERE sha256 = ? AND undone_at IS NULL"
_INSERT = """
INSERT INTO uploads BY NAME SELECT
    $upload_id AS upload_id, $name AS name, $sha256 AS sha256, $rows AS rows, $added AS added,
    $uploaded_at AS uploaded_at, $uploaded_by AS uploaded_by, $left_out AS left_out
"""


@dataclass(frozen=True)
class Imported:
    """What came of a file.

    Parameters
    ----------
    upload_id : str
        The upload that has its runs; the earlier one when the same file came before.
    name : str
        The file's name.
    rows : int
        Runs in the file.
    added, already_there : int
        Runs stored now; runs that the store knew.
    notes : tuple of str
        What the user should know.
    left_out : int
        Rows that are wrong and were not taken.
    """

    upload_id: str
    name: str
    rows: int
    added: int
    already_there: int
    notes: tuple[str, ...] = ()
    left_out: int = 0


def known_upload(connection: Connection, digest: str) -> Imported | None:
    """Return what to say of a file that was imported before; None when it was not, or was undone."""
    row = connection.execute(_KNOWN, [digest]).fetchone()
    if row is None:
        return None
    upload_id, name, rows, left_out, at = row
    note = f"the same file was imported as {name} on {at:%Y-%m-%d %H:%M} UTC; undo {upload_id[:8]} to import it anew"
    return Imported(upload_id, name, rows, 0, rows, (note,), left_out)


def record_upload(connection: Connection, imported: Imported, digest: str, by: str) -> None:
    """Write down what was uploaded, in the transaction that stores it."""
    values = {
        "upload_id": imported.upload_id,
        "name": imported.name,
        "sha256": digest,
        "rows": imported.rows,
        "added": imported.added,
        "uploaded_at": utc_now(),
        "uploaded_by": by,
        "left_out": imported.left_out,
    }
    connection.execute(_INSERT, values)


def current_user() -> str:
    """Return the name of this process's user."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run as a number without a name
        return "unknown"
