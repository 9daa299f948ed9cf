"""Models as bytes and back: skops with an allow-list that lives here, never in the artefact."""

from __future__ import annotations

import importlib.metadata
import platform

import skops.io
from skops.io.exceptions import UntrustedTypesFoundException

from perfmodel.errors import PerfmodelError
from perfmodel.model import FORMAT, ScenarioModel

# What a model of ours is made of beyond what skops trusts by itself.
TRUSTED = (
    "perfmodel.model.ScenarioModel",
    "perfmodel.regressor.ScenarioRegressor",
    "perfmodel.law.SmoothLaw",
    "perfmodel.ernest.Ernest",
    "perfmodel.boosted.BoostedTrees",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    "sklearn.tree._tree.Tree",
)


def dump(model: ScenarioModel) -> bytes:
    """Serialise a fitted model."""
    data: bytes = skops.io.dumps(model)
    return data


def load(data: bytes) -> ScenarioModel:
    """Rebuild a model; refuses bytes that hold anything but a model of ours.

    Raises
    ------
    PerfmodelError
        When the artefact names other types, or is no artefact.
    """
    try:
        model = skops.io.loads(data, trusted=list(TRUSTED))
    except UntrustedTypesFoundException as error:
        raise PerfmodelError(
            f"the model artefact holds types that are not ours and was not loaded ({error})"
        ) from error
    except Exception as error:
        raise PerfmodelError(f"the model artefact cannot be read ({type(error).__name__}: {error})") from error
    if not isinstance(model, ScenarioModel):
        raise PerfmodelError(f"the model artefact holds a {type(model).__name__}, not a scenario model")
    saved = getattr(model, "format_", 0)
    if saved != FORMAT:
        raise PerfmodelError(
            f"the model was saved in format {saved} and this Sparkcast reads format {FORMAT}; fit it again "
            "(python -m perfmodel fit) and promote the new version (python -m store promote)"
        )
    return model


def environment() -> dict[str, str]:
    """Versions that an artefact depends on."""
    packages = ("scikit-learn", "numpy", "skops")
    return {
        "model_format": str(FORMAT),
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in packages},
    }
