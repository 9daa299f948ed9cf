"""Run logs, clusters, campaigns and models, kept in DuckDB and plain files under one home."""

from store.artifacts import sha256
from store.clusters import Cluster
from store.errors import (
    ArtefactError,
    InvalidRunsError,
    Problem,
    SparkcastError,
    StoreError,
    StoreLockedError,
    StoreUnusableError,
    UnknownModelError,
    UnreadableFileError,
)
from store.home import Home
from store.imports import Preview
from store.models import Metric, ModelDraft, ModelVersion, Registered, model_name
from store.records import RunRecord
from store.runs import Added
from store.store import Store, open_store
from store.tables.examine import Choices
from store.upload_records import Imported

__all__ = [
    "Added",
    "ArtefactError",
    "Choices",
    "Cluster",
    "Home",
    "Imported",
    "InvalidRunsError",
    "Metric",
    "ModelDraft",
    "ModelVersion",
    "Preview",
    "Problem",
    "Registered",
    "RunRecord",
    "SparkcastError",
    "Store",
    "StoreError",
    "StoreLockedError",
    "StoreUnusableError",
    "UnknownModelError",
    "UnreadableFileError",
    "model_name",
    "open_store",
    "sha256",
]
