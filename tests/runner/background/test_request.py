"""What a screen asks for, against what the command does with the same options."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from runner.__main__ import main
from runner.background.request import Request
from runner.errors import RunnerError
from store import open_store

ASKED = Request(
    application="tiny_cnn",
    executors="1,2",
    total_cores="1:2:1",
    memory="1g",
    images_per_partition="5",
    sampling_rates="10,50,100",
    synthetic="20",
    cluster="here",
)


def test_the_preview_is_that_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = open_store(tmp_path)
    for asked in (ASKED, replace(ASKED, fewest=True)):
        command = shlex.split(asked.command)
        assert command[:4] == ["python", "-m", "runner", "profile"]
        assert main([*command[3:], "--home", str(tmp_path), "--dry-run", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(asked.preview(store)))


def test_the_fewest_are_fewer_and_say_what_they_are_for(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    every, few = ASKED.preview(store), replace(ASKED, fewest=True).preview(store)
    assert 3 <= few["planned"] < every["planned"] == 9
    assert all(run["why"].startswith("tells ") for run in few["runs"])
    assert not any(run["why"] for run in every["runs"])


def test_a_value_that_looks_like_an_option_is_a_value() -> None:
    with pytest.raises(RunnerError, match=r"--executors: '--help' is not a whole number"):
        replace(ASKED, executors="--help").plan()


def test_no_images_is_said() -> None:
    with pytest.raises(RunnerError, match="--images: name a folder"):
        replace(ASKED, synthetic="").plan()


@pytest.mark.parametrize("name", ["executors", "images_per_partition"])
def test_a_field_that_must_be_filled_is_named(name: str) -> None:
    option = f"--{name.replace('_', '-')}"
    with pytest.raises(RunnerError, match=f"the following arguments are required: {option}"):
        replace(ASKED, **{name: " "}).plan()


def test_a_cluster_of_ones_own_is_not_looked_for_before_it_is_needed() -> None:
    elsewhere = replace(ASKED, total_cores="", cores="1,2", master="spark://nowhere.invalid:7077")
    assert elsewhere.plan().target.master == "spark://nowhere.invalid:7077"
    assert "--master=spark://nowhere.invalid:7077" in elsewhere.command
