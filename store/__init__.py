"""Run logs, clusters, campaigns and models, kept in DuckDB and plain files under one home.

Names are loaded when somebody asks for them: the processes of a run need `store.errors`, but neither pandas nor DuckDB.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from store.clusters import Cluster as Cluster
    from store.errors import ArtefactError as ArtefactError
    from store.errors import InvalidRunsError as InvalidRunsError
    from store.errors import Problem as Problem
    from store.errors import SparkcastError as SparkcastError
    from store.errors import StoreError as StoreError
    from store.errors import StoreLockedError as StoreLockedError
    from store.errors import StoreUnusableError as StoreUnusableError
    from store.errors import UnknownModelError as UnknownModelError
    from store.errors import UnreadableFileError as UnreadableFileError
    from store.home import Home as Home
    from store.registry.artifacts import sha256 as sha256
    from store.registry.models import Metric as Metric
    from store.registry.models import ModelDraft as ModelDraft
    from store.registry.models import ModelVersion as ModelVersion
    from store.registry.models import Registered as Registered
    from store.registry.models import model_name as model_name
    from store.runs.records import RunRecord as RunRecord
    from store.runs.runs import Added as Added
    from store.store import Store as Store
    from store.store import open_store as open_store
    from store.tables.examine import Choices as Choices
    from store.uploads.imports import Preview as Preview
    from store.uploads.records import Imported as Imported

_NAMES = {
    "registry.artifacts": "sha256",
    "clusters": "Cluster",
    "errors": "ArtefactError InvalidRunsError Problem SparkcastError StoreError StoreLockedError StoreUnusableError "
    "UnknownModelError UnreadableFileError",
    "home": "Home",
    "uploads.imports": "Preview",
    "registry.models": "Metric ModelDraft ModelVersion Registered model_name",
    "runs.records": "RunRecord",
    "runs.runs": "Added",
    "store": "Store open_store",
    "tables.examine": "Choices",
    "uploads.records": "Imported",
}
_MODULE_OF = {name: f"store.{module}" for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'store' has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULE_OF[name]), name)
