"""What differs between two versions of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from store.registry.models import ModelVersion


def differences(versions: Sequence[ModelVersion], metrics: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return one row for each field in which two versions differ: field, first, second.

    Parameters
    ----------
    versions : pair of ModelVersion
        What is compared.
    metrics : pair of DataFrame
        The figures of each, as `Registry.metrics` returns them.
    """
    one, other = versions
    first = _described(one, other) | _figures(metrics[0])
    second = _described(other, one) | _figures(metrics[1])
    names = [key for key in first | second if first.get(key) != second.get(key)]
    rows = [{"field": key, "first": first.get(key), "second": second.get(key)} for key in names]
    return pd.DataFrame(rows, columns=["field", "first", "second"])


def _described(found: ModelVersion, other: ModelVersion) -> dict[str, Any]:
    documents = {"techniques": found.techniques, "params": found.params, "environment": found.environment}
    flat = {f"{name}.{key}": value for name, document in documents.items() for key, value in document.items()}
    ranges = {f"range.{key}": value for key, value in found.schema.get("ranges", {}).items()}
    features = {f"feature.{feature['name']}": feature for feature in found.schema.get("features", [])}
    runs, others = set(found.training_run_ids), set(other.training_run_ids)
    return {
        "created_at": found.created_at.isoformat(timespec="seconds"),
        "training runs": len(found.training_run_ids),
        "training runs of its own": f"{len(runs - others):,} that v{other.version} has not" if runs != others else None,
        "data_sha256": found.data_sha256,
        "seed": found.seed,
        "artefact_sha256": found.artefact_sha256,
        "artefact_bytes": found.artefact_bytes,
        **flat,
        **features,
        **ranges,
    }


def _figures(metrics: pd.DataFrame) -> dict[str, Any]:
    rows = zip(metrics["metric"], metrics["protocol"], metrics["value"], strict=True)
    return {f"{metric} ({protocol})" if protocol else str(metric): float(value) for metric, protocol, value in rows}
