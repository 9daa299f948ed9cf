"""Model files of users: plain Keras networks are taken; what could run code is refused before Keras sees it."""

from __future__ import annotations

import hashlib
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from runner.__main__ import main
from runner.campaigns import campaign
from runner.errors import RunnerError
from runner.networks.applications import read_application
from runner.networks.model_file import inspect_model
from runner.runs.execution import Execution
from runner.spec import RunSpec
from store import open_store

INPUT = {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [None, 20, 30, 3]}}
DENSE = {
    "module": "keras.layers",
    "class_name": "Dense",
    "config": {"activation": "relu", "kernel_initializer": {"module": "keras.initializers", "class_name": "Zeros"}},
    "registered_name": None,
}


def layer(**changed: Any) -> dict[str, Any]:
    return DENSE | changed


def with_input(*shape: int | None) -> dict[str, Any]:
    return INPUT | {"config": {"batch_shape": list(shape)}}


def write_model(path: Path, *layers: dict[str, Any], name: str = "config.json", **changed: Any) -> Path:
    config = {"module": "keras", "class_name": "Sequential", "config": {"layers": list(layers)}} | changed
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, json.dumps(config))
    return path


def test_a_plain_network_is_taken(tmp_path: Path) -> None:
    path = write_model(tmp_path / "my_net.keras", INPUT, DENSE)
    application = read_application(path, preprocessing="zero_to_one")
    assert (application.name, application.input_shape, application.input_size) == ("my_net", (20, 30, 3), 30)
    assert application.model_file == path.resolve()
    assert application.model_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_application(path, "other-name").name == "other-name"


FUNCTION = {"class_name": "function", "module": "builtins", "config": "relu", "registered_name": "function"}


@pytest.mark.parametrize(
    "taken",
    [
        layer(config={"activation": FUNCTION}),
        layer(module="keras.src.ops.numpy", class_name="Add", registered_name="Add"),
        layer(config={"args": [{"class_name": "__keras_tensor__", "config": {"shape": [None, 3]}}]}),
        layer(config={"layer": {"module": "keras.src.models.functional", "class_name": "Functional", "config": {}}}),
    ],
)
def test_what_keras_writes_for_its_own_is_taken(tmp_path: Path, taken: dict[str, Any]) -> None:
    assert inspect_model(write_model(tmp_path / "m.keras", INPUT, taken)).input_shape == (20, 30, 3)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (layer(class_name="Lambda"), "holds a Lambda, which can run code"),
        (layer(config={"function": {"class_name": "__lambda__", "config": {}}}), "holds a __lambda__"),
        (layer(class_name="TFSMLayer"), "holds a TFSMLayer"),
        (layer(module="my_layers", class_name="Mine"), "needs my_layers.Mine, which is not part of Keras' networks"),
        (layer(registered_name="package>Mine"), "needs package>Mine"),
        (layer(module="builtins", class_name="exec"), "needs builtins.exec"),
        (layer(module=None), "needs None.Dense"),
        # CVE-2025-1550: any module; -8747: Keras' own download function; -9906: the function that ends safe mode.
        (layer(config={"f": FUNCTION | {"module": "os", "config": "system"}}), "needs os.system"),
        (layer(config={"f": FUNCTION | {"module": "keras.utils", "config": "get_file"}}), "needs keras.utils.get_file"),
        (
            layer(config={"f": FUNCTION | {"module": "keras.config", "config": "enable_unsafe_deserialization"}}),
            "needs keras.config.enable_unsafe_deserialization",
        ),
        (layer(module="keras", class_name="saving.load_model"), "needs keras.saving.load_model"),
        (layer(config={"nested": [{"deep": layer(class_name="Lambda")}]}), "holds a Lambda"),
    ],
)
def test_what_could_run_code_is_refused(tmp_path: Path, bad: dict[str, Any], message: str) -> None:
    with pytest.raises(RunnerError, match=message):
        inspect_model(write_model(tmp_path / "m.keras", INPUT, bad))


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([DENSE], "has 0 inputs"),
        ([INPUT, INPUT], "has 2 inputs; a model that takes one image"),
        ([with_input(None, None, None, 3)], "with a fixed height and width"),
        ([with_input(None, 20, 30, 4)], "1 or 3 channels"),
        ([with_input(None, 100)], r"has shape \[None, 100\]"),
        ([INPUT | {"config": {}}], "has shape None"),
    ],
)
def test_a_model_must_take_one_image(tmp_path: Path, layers: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(RunnerError, match=message):
        inspect_model(write_model(tmp_path / "m.keras", *layers))


def test_files_that_are_no_keras_model(tmp_path: Path) -> None:
    other = tmp_path / "model.h5"
    other.touch()
    text = tmp_path / "text.keras"
    text.write_text("hello")
    empty = write_model(tmp_path / "empty.keras", name="other.json")
    array = tmp_path / "array.keras"
    with zipfile.ZipFile(array, "w") as archive:
        archive.writestr("config.json", "[" * 100_000)
    for path, message in (
        (other, "is not a .keras file; save the model with"),
        (tmp_path / "gone.keras", "there is no file"),
        (text, "is not a Keras 3 model file"),
        (empty, "is not a Keras 3 model file"),
        (array, "is not a Keras 3 model file"),
    ):
        with pytest.raises(RunnerError, match=f"--model: .*{message}"):
            inspect_model(path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("resnet50", "'resnet50' is one that Sparkcast brings"),
        ("my net", "'my net' is no name for the one in --model"),
        ("../up", "is no name"),
        ("x" * 101, "is no name"),
    ],
)
def test_a_model_needs_a_name_of_its_own(tmp_path: Path, name: str, message: str) -> None:
    path = write_model(tmp_path / "m.keras", INPUT, DENSE)
    with pytest.raises(RunnerError, match=f"--application: .*{message}"):
        read_application(path, name)


def test_a_model_that_changes_during_a_campaign_stops_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, home, runs = write_model(tmp_path / "m.keras", INPUT, DENSE), tmp_path / "home", iter((1, 2))

    def execute_run(spec: RunSpec, *_: Any) -> Execution:
        spec.folder.mkdir(parents=True)
        if next(runs) == 2:  # trained anew meanwhile
            write_model(path, INPUT, DENSE, DENSE)
        return Execution(datetime.now(UTC), 1.0, {"ok": False, "failure_kind": "launch", "error": "e"}, None, None)

    monkeypatch.setattr(campaign, "execute_run", execute_run)
    grid = [
        "--executors",
        "1",
        "--images-per-partition",
        "5",
        "--synthetic",
        "5",
        "--repeats",
        "3",
        "--cluster",
        "here",
    ]
    assert main(["profile", "--model", str(path), "--application", "mine", "--home", str(home), *grid]) == 2
    assert f"error: --model: {path} has changed since the command started" in capsys.readouterr().err
    store = open_store(home)
    store.inbox.drain()
    assert len(store.runs.load()) == 1
