"""What every record by name needs: a usable name, and JSON for what it describes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from store.errors import StoreError
from store.frames import to_json
from store.runlog import NAME_LENGTH


def check_name(what: str, name: str) -> None:
    """Refuse a name that the run-log contract would refuse.

    Raises
    ------
    StoreError
        Unless `name` is 1 to 100 printable characters without blanks around it.
    """
    if not name or len(name) > NAME_LENGTH or not name.isprintable() or name != name.strip():
        raise StoreError(
            f"{what} name {name[:NAME_LENGTH]!r} must be 1 to {NAME_LENGTH} printable characters "
            "without blanks around it"
        )


def json_text(what: str, value: Mapping[str, Any]) -> str:
    """Write an object as JSON.

    Raises
    ------
    StoreError
        If JSON cannot hold it.
    """
    try:
        return to_json(value)
    except ValueError as error:
        raise StoreError(f"{what} cannot be stored as JSON: {error}") from error
