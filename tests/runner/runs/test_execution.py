"""A run whose processes do not end: what is said of it, and that nothing is measured beside them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from runner.errors import RunnerError
from runner.runs import execution
from runner.runs.execution import execute_run
from runner.spec import RESULT_FILE, RunSpec, write_result


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunSpec:
    """A run whose supervisor hangs."""

    def hang(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["sleep", "60"], **options)

    monkeypatch.setattr(execution, "subprocess", SimpleNamespace(**vars(subprocess) | {"Popen": hang}))
    monkeypatch.setattr(execution, "SUPERVISOR_GRACE_S", 0.1)
    monkeypatch.setattr(execution, "STOP_TIMEOUT_S", 0.1)
    return RunSpec("id", str(tmp_path / "run"), "tiny_cnn", [1], 1024, 1, 1, 1, 0, 1, 60.0, 0.1)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (None, "the run's supervisor did not end within 0.2 s and was stopped"),
        ({"ok": True}, "the run's supervisor did not end within 0.2 s and was stopped"),
        ({"ok": False, "failure_kind": "oom_kill", "error": "held too much"}, "held too much"),
    ],
)
def test_a_supervisor_that_hangs_is_said_to(
    tmp_path: Path, spec: RunSpec, left: dict[str, object] | None, said: str
) -> None:
    if left is not None:
        spec.folder.mkdir()
        write_result(spec.folder / RESULT_FILE, left)
    result = execute_run(spec, [], tmp_path).result
    assert (result["ok"], result["error"]) == (False, said)


def test_a_process_that_cannot_be_killed_stops_everything(
    tmp_path: Path, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "sweep", lambda home: False)
    with pytest.raises(RunnerError, match="processes of run id cannot be killed; end them"):
        execute_run(spec, [], tmp_path)
