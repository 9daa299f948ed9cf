"""A full disk: a clear word, and no run that carries the blame."""

from __future__ import annotations

import errno
import shutil
import tempfile
from pathlib import Path

import pytest

from runner.runs.disk import DiskFullError, check_failure, check_space, full_disk_explained
from store.errors import StoreUnusableError


def fill(monkeypatch: pytest.MonkeyPatch, free_mib: int) -> None:
    def usage(path: Path) -> shutil._ntuple_diskusage:
        return shutil._ntuple_diskusage(10**12, 10**12 - free_mib * 1024**2, free_mib * 1024**2)

    monkeypatch.setattr(shutil, "disk_usage", usage)


def refuse_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(dir: Path) -> None:
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)


def test_a_run_needs_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(monkeypatch, 256)
    check_space(tmp_path)
    fill(monkeypatch, 255)
    with pytest.raises(DiskFullError, match="255 MiB are free, a run needs 256 MiB; free some space and give the same"):
        check_space(tmp_path)


@pytest.mark.parametrize("text", ["java.io.IOException: No space left on device", "OSError: Disk quota exceeded"])
def test_a_failure_of_the_disk_is_not_one_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    check_failure(tmp_path, text)  # there is room here: it was another disk
    assert list(tmp_path.iterdir()) == []
    refuse_writing(monkeypatch)
    with pytest.raises(DiskFullError, match=f"the disk with {tmp_path} is full: .* Disk quota exceeded"):
        check_failure(tmp_path, text)
    check_failure(tmp_path, "java.lang.OutOfMemoryError: Java heap space")


def test_a_failure_on_a_disk_that_is_full_now_is_not_one_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(monkeypatch, 3)
    with pytest.raises(DiskFullError, match="3 MiB are free"):
        check_failure(tmp_path, "the Spark driver ended without a result")


def test_the_systems_word_is_explained(tmp_path: Path) -> None:
    with pytest.raises(DiskFullError, match="free some space"), full_disk_explained(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(PermissionError), full_disk_explained(tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied")


def test_so_is_the_stores(tmp_path: Path) -> None:
    refused = StoreUnusableError("cannot write a run")
    refused.__cause__ = OSError(errno.EDQUOT, "Disk quota exceeded")
    with pytest.raises(DiskFullError, match="cannot write a run"), full_disk_explained(tmp_path):
        raise refused
    with pytest.raises(StoreUnusableError, match="someone holds it"), full_disk_explained(tmp_path):
        raise StoreUnusableError("someone holds it")
