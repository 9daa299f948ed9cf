"""What the registry keeps of a model, apart from its bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_ESCAPES = str.maketrans({"%": "%25", "@": "%40", "/": "%2F"})


@dataclass(frozen=True)
class Metric:
    """One figure of a version.

    Parameters
    ----------
    name : str
        Such as accuracy, mape, t1, t2, T.
    protocol : str
        What produced it, such as paper or leave-one-configuration-out; "" when that is no
        question.
    value : float
        In `unit`.
    unit : str
        Such as percent or s.
    """

    name: str
    protocol: str
    value: float
    unit: str


@dataclass(frozen=True)
class ModelDraft:
    """A fitted model that wants to become a version.

    Parameters
    ----------
    application, cluster, scenario : str
        Together they name the model.
    techniques : mapping
        The technique that was chosen, by what it predicts.
    params : mapping
        Its hyper-parameters.
    seed : int
        Of everything random in the fit.
    schema : mapping
        Features, their units and their observed ranges.
    training_run_ids : sequence of str
        The runs that it was fitted on.
    data_sha256 : str
        SHA-256 of the training rows.
    fingerprint : str
        Equal for two fits exactly when they must give the same model.
    environment : mapping of str to str
        Versions of python, scikit-learn, numpy, skops.
    metrics : sequence of Metric
        Its figures; one for each name and protocol.
    """

    application: str
    cluster: str
    scenario: str
    techniques: Mapping[str, Any]
    params: Mapping[str, Any]
    seed: int
    schema: Mapping[str, Any]
    training_run_ids: Sequence[str]
    data_sha256: str
    fingerprint: str
    environment: Mapping[str, str]
    metrics: Sequence[Metric] = ()

    @property
    def name(self) -> str:
        """The model's name, application@cluster/scenario."""
        return model_name(self.application, self.cluster, self.scenario)


@dataclass(frozen=True)
class ModelVersion:
    """One immutable version in the registry; the fields of its draft, and

    Parameters
    ----------
    version : int
        From 1, a name at a time.
    artefact_sha256 : str
        SHA-256 of its bytes.
    artefact_bytes : int
        How many there are.
    created_at : datetime
        UTC.
    aliases : tuple of str
        The aliases that point here now.
    archived_at, purged_at : datetime or None
        When it was put aside, and when its bytes were deleted; UTC.
    """

    name: str
    version: int
    application: str
    cluster: str
    scenario: str
    techniques: dict[str, Any]
    params: dict[str, Any]
    seed: int
    schema: dict[str, Any]
    training_run_ids: tuple[str, ...]
    data_sha256: str
    fingerprint: str
    environment: dict[str, str]
    artefact_sha256: str
    artefact_bytes: int
    created_at: datetime
    aliases: tuple[str, ...]
    archived_at: datetime | None = None
    purged_at: datetime | None = None


@dataclass(frozen=True)
class Registered:
    """What came of a registration.

    Parameters
    ----------
    version : int
        The version that holds the model.
    created : bool
        False when the same model was registered before.
    """

    version: int
    created: bool


def model_name(application: str, cluster: str, scenario: str) -> str:
    """Return application@cluster/scenario; @, / and % inside a part are percent-encoded."""
    parts = (part.translate(_ESCAPES) for part in (application, cluster, scenario))
    return "{}@{}/{}".format(*parts)
