"""Spark's classes in an archive: made, used by the JVMs that only schedule, and done without where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.clusters.class_archive import ClassArchive, find_class_archive, make_class_archive
from runner.clusters.environment import preparing_environment, run_environment
from runner.spec import RunSpec


def test_it_is_made_and_nothing_else_stays(class_archive: ClassArchive | None) -> None:
    assert class_archive is not None
    assert find_class_archive() == class_archive
    assert sorted(path.name for path in class_archive.folder.iterdir()) == ["conf", "spark.jsa"]
    assert list(class_archive.conf_dir.iterdir()) == []


def test_runs_do_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert find_class_archive() is None
    spec = RunSpec("-", str(tmp_path), "tiny_cnn", [1], 512, 1, 1, 1, 0, 1, 60.0, 60.0)
    environment = run_environment(tmp_path, spec)
    assert environment["SPARK_CONF_DIR"] == str(spec.conf_dir)
    assert "SharedArchiveFile" not in "".join(environment.values())


def test_a_java_that_cannot_make_it_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = tmp_path / "java" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text("#!/bin/sh\nexit 1\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "java"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert make_class_archive(preparing_environment(tmp_path)) is None
    assert find_class_archive() is None
    assert [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []
