"""A damaged database is said to be one and kept aside, and the last good state comes back."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from store import Store, StoreError, StoreLockedError, StoreUnusableError, cli, open_store
from store.__main__ import parser
from store.database.recovery import recover
from store.database.snapshots import EVERY_S, KEPT, newest_first
from store.errors import DamagedStoreError, NewerStoreError
from tests.store.database.test_database import held

Csv = Callable[..., bytes]
ROOT = Path(__file__).parents[3]
HEADERS = 3 * 4096  # of a DuckDB file: its own, and two that take turns
LEAVE_LOG = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("PRAGMA disable_checkpoint_on_shutdown")
connection.execute("UPDATE runs SET repeat = 9 WHERE repeat = 2")
connection.execute("INSERT INTO campaigns SELECT 'c' || i, '{}', now(), now() FROM range(99) numbers(i)")
"""


def spoil(path: Path, start: int) -> bytes:
    """Change every 50th byte from `start` on; return what is there now."""
    content = bytearray(path.read_bytes())
    for at in range(start, len(content), 50):
        content[at] ^= 0xFF
    path.write_bytes(content)
    return bytes(content)


def repeats(home: Path) -> list[int]:
    return sorted(open_store(home).runs.load()["repeat"])


@pytest.fixture
def two_states(store: Store, csv_of: Csv) -> Store:
    """A store with a snapshot of one run, and a run that came later."""
    store.imports.add(csv_of({"repeat": 1}), "one.csv")
    store.snapshots.make()
    store.imports.add(csv_of({"repeat": 2}), "two.csv")
    return store


@pytest.mark.parametrize("start", [0, HEADERS])
def test_a_damaged_database_is_kept_and_the_last_snapshot_comes_back(
    two_states: Store, start: int, capsys: pytest.CaptureFixture[str]
) -> None:
    home = two_states.home
    damaged = spoil(home.database, start)
    with pytest.raises(DamagedStoreError, match=rf"recover --home {home.root} keeps it aside and brings back the last"):
        open_store(home.root).runs.load()
    assert cli.run(parser(), ["recover", "--home", str(home.root)]) == 0
    said = capsys.readouterr().out
    assert "back to the snapshot of 20" in said
    assert "1 runs, 0 model versions" in said
    [kept] = home.damaged.iterdir()
    assert (kept / home.database.name).read_bytes() == damaged
    assert repeats(home.root) == [1]
    assert open_store(home.root).verify() == (0, [])
    assert not list(home.root.glob(".recovered*"))


def test_a_damaged_log_costs_the_last_changes_only(two_states: Store) -> None:
    home = two_states.home
    subprocess.run([sys.executable, "-c", LEAVE_LOG, str(home.database)], check=True, timeout=60)
    wal = home.database.with_name(f"{home.database.name}.wal")
    damaged = spoil(wal, 100)
    with pytest.raises(DamagedStoreError):
        open_store(home.root)
    found = recover(home)
    assert (found.source, found.runs) == ("the database without its last changes", 2)
    assert repeats(home.root) == [1, 2]
    assert (found.kept / wal.name).read_bytes() == damaged


def test_a_whole_database_is_left_alone(two_states: Store) -> None:
    before = two_states.home.database.read_bytes()
    with pytest.raises(StoreError, match="every table can be read, so nothing was changed"):
        recover(two_states.home)
    assert two_states.home.database.read_bytes() == before
    assert not two_states.home.damaged.exists()


def test_without_a_good_snapshot_nothing_is_changed(two_states: Store) -> None:
    home = two_states.home
    [snapshot] = newest_first(home.snapshots)
    spoil(snapshot, 0)
    damaged = spoil(home.database, 0)
    with pytest.raises(StoreUnusableError, match="no snapshot of it that can be read"):
        recover(home)
    assert home.database.read_bytes() == damaged


def test_nobody_may_use_the_database_meanwhile(two_states: Store) -> None:
    with held(two_states.home.database), pytest.raises(StoreLockedError, match="in use by another process"):
        recover(two_states.home)
    assert repeats(two_states.home.root) == [1, 2]


def test_scripts_get_json(two_states: Store, capsys: pytest.CaptureFixture[str]) -> None:
    home = two_states.home

    def said(command: str) -> dict[str, Any]:
        assert cli.run(parser(), [command, "--home", str(home.root), "--json"]) == 0
        return dict(json.loads(capsys.readouterr().out))

    made = said("snapshot")
    assert Path(made["file"]).stat().st_size == made["bytes"]
    assert said("compact") == {"runs": 0, "tasks": 0, "file": None}
    spoil(home.database, HEADERS)
    found = said("recover")
    assert (found["runs"], found["versions"]) == (2, 0)
    assert found["newest_run"].endswith("UTC")


def test_there_must_be_a_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(parser(), ["recover", "--home", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"error: there is no database {tmp_path}/sparkcast.duckdb\n"


def test_a_snapshot_is_made_once_a_day_and_the_last_are_kept(two_states: Store, csv_of: Csv) -> None:
    home = two_states.home
    for number in range(KEPT):
        os.utime(home.snapshots, times=(0, time.time() - EVERY_S - 1))
        open_store(home.root)
        assert len(newest_first(home.snapshots)) == min(number + 2, KEPT)
    open_store(home.root)
    assert len(newest_first(home.snapshots)) == KEPT
    assert [path.name for path in home.snapshots.iterdir() if path.name.startswith(".")] == []
    with duckdb.connect(str(newest_first(home.snapshots)[0]), read_only=True) as copy:
        assert copy.execute("SELECT repeat FROM runs ORDER BY ALL").fetchall() == [(1,), (2,)]
        assert copy.execute("SELECT count(*) FROM duckdb_constraints() WHERE table_name = 'models'").fetchone() > (2,)


def test_what_somebody_else_keeps_there_is_no_snapshot(two_states: Store) -> None:
    for name in ("before-upgrade", "mine", "z"):
        (two_states.home.snapshots / f"{name}.duckdb").write_bytes(b"not one of ours")
    made = two_states.snapshots.make()
    assert made.exists()
    assert newest_first(two_states.home.snapshots)[0] == made
    assert (two_states.home.snapshots / "mine.duckdb").exists()


def test_a_snapshot_that_cannot_be_made_keeps_nobody_out(two_states: Store, caplog: pytest.LogCaptureFixture) -> None:
    home = two_states.home
    os.utime(home.snapshots, times=(0, 0))
    spoil(home.database, HEADERS)
    with caplog.at_level(logging.WARNING):
        two_states.snapshots.make_when_due()
    assert "no snapshot of the database was made: " in caplog.text
    assert len(newest_first(home.snapshots)) == 1


def test_damage_that_opening_does_not_meet_is_found_by_the_next_snapshot(store: Store, csv_of: Csv) -> None:
    """Only the blocks of rows are damaged, the file still opens."""
    store.imports.add(csv_of(*({"repeat": number, "campaign": f"c{number}"} for number in range(3_000))), "many.csv")
    content = bytearray(store.home.database.read_bytes())
    at = content.index(b"c1234")
    content[at] ^= 0xFF
    store.home.database.write_bytes(content)
    with pytest.raises(DamagedStoreError, match="checksum"):
        store.snapshots.make()
    assert newest_first(store.home.snapshots) == []


def test_a_newer_duckdb_is_named(store: Store) -> None:
    content = bytearray(store.home.database.read_bytes())
    assert content[8:12] == b"DUCK"
    content[13] += 1  # the format that the file says it has, and then the checksum that goes with it
    store.home.database.write_bytes(content)
    with pytest.raises(DamagedStoreError) as caught:
        open_store(store.home.root)
    checksum = re.search(r"computed checksum (\d+)", str(caught.value))
    assert checksum is not None
    content[:8] = int(checksum[1]).to_bytes(8, "little")
    store.home.database.write_bytes(content)
    with pytest.raises(NewerStoreError, match="A newer DuckDB wrote it; update Sparkcast or choose another --home"):
        open_store(store.home.root)
    with pytest.raises(NewerStoreError):
        recover(store.home)
    assert store.home.database.read_bytes() == content


def test_a_database_that_is_gone_is_not_made_anew_while_there_is_a_snapshot(
    two_states: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new one was made, empty, and `recover` then found nothing wrong with it."""
    home = two_states.home
    home.database.unlink()
    with pytest.raises(DamagedStoreError, match=f"is gone, but its snapshots are there: .* recover --home {home.root}"):
        open_store(home.root)
    assert cli.run(parser(), ["recover", "--home", str(home.root)]) == 0
    assert "the file was gone" in capsys.readouterr().out
    assert repeats(home.root) == [1]
    assert not home.damaged.exists()


def test_what_a_killed_process_left_of_a_snapshot_goes_with_the_next(two_states: Store) -> None:
    old, young = (two_states.home.snapshots / f".{name}.duckdb.tmp" for name in ("old", "young"))
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, times=(0, time.time() - EVERY_S - 1))
    two_states.snapshots.make()
    assert (old.exists(), young.exists()) == (False, True), "the other may still be written"
