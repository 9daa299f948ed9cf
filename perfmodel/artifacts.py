"""Models as bytes and back: skops with an allow-list that lives here, never in the artefact."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Mapping
from copy import copy
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

import skops.io
from skops.io.exceptions import UntrustedTypesFoundException

from perfmodel.errors import PerfmodelError
from perfmodel.formats import to_present
from perfmodel.model import FORMAT, ScenarioModel

_SCHEMA = "schema.json"
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
    """Serialise a fitted model: the same bytes for the same model, whichever process fitted it and whenever.

    The time that tuning took (``tuning_s_``) is different each time, so it is not part of the artefact.
    """
    lasting = copy(model)
    del lasting.tuning_s_
    return _canonical(skops.io.dumps(lasting))


def _canonical(data: bytes) -> bytes:
    """Take the time and the memory addresses out of skops' archive; of the latter, it names files and nodes."""
    with ZipFile(BytesIO(data)) as source:
        contents = {name: source.read(name) for name in source.namelist()}
    schema = json.loads(contents.pop(_SCHEMA))
    names = {name: hashlib.sha256(content).hexdigest() + Path(name).suffix for name, content in contents.items()}
    files = {names[name]: content for name, content in contents.items()}
    files[_SCHEMA] = json.dumps(_without_addresses(schema, names), separators=(",", ":")).encode()
    result = BytesIO()
    with ZipFile(result, "w") as archive:
        for name in sorted(files):
            archive.writestr(ZipInfo(name), files[name])
    return result.getvalue()


def _without_addresses(node: Any, names: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_without_addresses(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _without_addresses(value, names) for key, value in node.items() if key != "__id__"}
    if isinstance(node.get("file"), str):
        kept["file"] = names[node["file"]]
    return kept


def load(data: bytes) -> ScenarioModel:
    """Rebuild a model, of any format since the first release; refuses bytes that hold anything but a model of ours.

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
    if to_present(model) != FORMAT:
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


def differences(recorded: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Name what an artefact was made with that is not what there is here: the version then, and the one now."""
    here = environment()
    names = sorted(set(recorded) | set(here))
    pairs = {name: (recorded.get(name, "unknown"), here.get(name, "unknown")) for name in names}
    return {name: (then, now) for name, (then, now) in pairs.items() if then != now}
