"""A hash over what must never change in a version's record, so that a changed row is noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

SEALED = (
    "name", "version", "application", "cluster", "scenario", "techniques", "params", "seed", "feature_schema",
    "training_run_ids", "data_sha256", "environment", "artefact_sha256", "artefact_bytes",
)  # fmt: skip
_DOCUMENTS = frozenset({"techniques", "params", "feature_schema", "environment"})


def seal(record: Mapping[str, Any], metrics: Sequence[tuple[str, str, float, str]]) -> str:
    """Return the SHA-256 of a version's record and figures.

    It finds what was changed by accident or by hand. It is no signature: who can rewrite the row can rewrite the seal.

    Parameters
    ----------
    record : mapping
        The row, with `SEALED` columns; documents as JSON text.
    metrics : sequence of (metric, protocol, value, unit)
        In any order.
    """
    content = {name: _plain(name, record[name]) for name in SEALED}
    text = json.dumps([content, sorted(map(list, metrics))], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(name: str, value: Any) -> Any:
    if name in _DOCUMENTS:
        return json.loads(value)
    return list(value) if name == "training_run_ids" else value
