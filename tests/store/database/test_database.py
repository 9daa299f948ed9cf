"""One connection an operation: other processes get in, and are named when they do not let go."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import pytest

from store import Store, StoreLockedError, StoreUnusableError, open_store
from store.database.database import Connection, Database, _pause
from store.database.locks import InUseError, OpenLock
from store.errors import ConflictError

HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""
COUNT = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from store.database.database import Connection, Database
from store.errors import ConflictError
database = Database(Path(sys.argv[1]), wait_s=60)
def write(number):
    database.write(lambda c: c.execute("INSERT INTO seen VALUES (?, ?)", [sys.argv[2], number]))
with ThreadPoolExecutor(4) as pool:
    list(pool.map(write, range(int(sys.argv[3]))))
"""


@contextmanager
def held(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold the database."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.communicate()


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(tmp_path / "d.duckdb")
    made.write(lambda connection: connection.execute("CREATE TABLE seen (who VARCHAR, number INTEGER)"))
    return made


def count(database: Database) -> int:
    with database.transaction() as connection:
        row = connection.execute("SELECT count(*) FROM seen").fetchone()
    assert row is not None
    return int(row[0])


def test_the_process_that_holds_the_database_is_named(database: Database) -> None:
    impatient = Database(database.path, wait_s=0.2)
    with held(database.path) as process, pytest.raises(StoreLockedError) as caught:
        count(impatient)
    assert f"process {process.pid} (" in str(caught.value)
    assert "sys.stdin.read()" in str(caught.value), "the command is there"
    assert count(impatient) == 0, "and when it lets go all is well"


def test_nobody_looks_at_the_file_before_it_has_the_lock(database: Database) -> None:
    """DuckDB reads the headers before it locks the file: without a lock of ours, commits of others were lost."""
    lock = OpenLock(database.path)
    with pytest.raises(StoreLockedError, match=f"is in use by process {os.getpid()} "):
        count(Database(database.path, wait_s=0.1))
    lock.close()
    assert count(database) == 0
    with database.transaction(), pytest.raises(InUseError):
        OpenLock(database.path)
    OpenLock(database.path).close()


def test_a_lock_that_goes_away_is_waited_for(database: Database) -> None:
    with held(database.path) as process, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(count, database)
        time.sleep(0.1)
        assert not waiting.done()
        process.communicate()
        assert waiting.result(timeout=30) == 0


def test_nothing_stays_open_after_an_operation(database: Database) -> None:
    count(database)
    with held(database.path):
        pass


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def work(connection: Connection) -> None:
        connection.execute("INSERT INTO seen VALUES ('me', 1)")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.write(work)
    assert count(database) == 0


def test_writers_that_always_collide_give_up_in_the_end(database: Database) -> None:
    def work(_: Connection) -> None:
        raise duckdb.TransactionException("write-write conflict")

    with pytest.raises(ConflictError, match=r"could not write for 0\.1 s: write-write conflict"):
        Database(database.path, wait_s=0.1).write(work)


def test_one_file_by_two_names_is_one_store(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "home")
    store, other = open_store(tmp_path / "home"), open_store(tmp_path / "link")
    assert store.home == other.home


def test_threads_share_the_file_with_a_cursor_each(database: Database) -> None:
    inside = threading.Barrier(4, timeout=30)

    def read(_: int) -> int:
        with database.transaction() as connection:
            inside.wait()
            row = connection.execute("SELECT count(*) FROM seen").fetchone()
        return int(row[0]) if row else -1

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(read, range(4))) == [0] * 4


def test_no_write_is_lost_between_processes_and_threads(database: Database) -> None:
    """4 processes x 4 threads; none starves although each could keep the file open by itself."""
    writers = [
        subprocess.Popen([sys.executable, "-c", COUNT, str(database.path), str(number), "25"]) for number in range(4)
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0] * 4
    assert count(database) == 100
    with database.transaction() as connection:
        distinct = connection.execute("SELECT DISTINCT who, number FROM seen").fetchall()
    assert len(distinct) == 100


@pytest.mark.parametrize(
    "sql",
    [
        "FROM read_csv('{folder}/secret.csv')",
        "FROM read_csv('{folder}/tasks/../secret.csv')",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "ATTACH '{folder}/other.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
    ],
)
def test_the_file_system_is_out_of_reach_of_sql(database: Database, tmp_path: Path, sql: str) -> None:
    (tmp_path / "tasks").mkdir()
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with pytest.raises(duckdb.Error, match=r"Permission|disabled|locked"), database.transaction() as connection:
        connection.execute(sql.format(folder=tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d.duckdb", "d.duckdb.lock", "secret.csv", "tasks"]


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "sparkcast.duckdb").write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreUnusableError, match=r"cannot open the database .*\.duckdb.*recover --home .*aside"):
        open_store(home)


def test_a_home_that_is_a_file_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    with pytest.raises(StoreUnusableError, match="--home"):
        open_store(tmp_path / "home")


def test_the_home_is_the_argument_then_the_variable_then_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SPARKCAST_HOME", raising=False)
    assert open_store().home.root == tmp_path / ".sparkcast"
    monkeypatch.setenv("SPARKCAST_HOME", str(tmp_path / "variable"))
    assert open_store().home.root == tmp_path / "variable"
    assert open_store(tmp_path / "argument").home.root == tmp_path / "argument"


def test_many_threads_open_a_fresh_home_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        stores: list[Store] = list(pool.map(open_store, [tmp_path / "home"] * 8))
    assert all(store.runs.load().empty for store in stores)


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    for sql in ("CREATE TABLE runs (a INTEGER)", "CREATE TABLE migrations (a INTEGER)"):
        home = tmp_path / sql[13:17]
        home.mkdir()
        with duckdb.connect(str(home / "sparkcast.duckdb")) as connection:
            connection.execute(sql)
        with pytest.raises(StoreUnusableError, match="a DuckDB database of another program; nothing was changed"):
            open_store(home)


def test_nothing_is_downloaded_for_a_file_of_another_kind(tmp_path: Path) -> None:
    """DuckDB fetches an extension when it meets an SQLite file."""
    with closing(sqlite3.connect(tmp_path / "sparkcast.duckdb")) as connection:
        connection.execute("CREATE TABLE runs (a)")
    with pytest.raises(StoreUnusableError, match="cannot open the database") as caught:
        open_store(tmp_path)
    assert "Failed to download" not in str(caught.value)


def test_a_process_of_ours_is_waited_for_longer_than_another_program(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours let go after one operation; another program may keep the file as long as it runs."""
    monkeypatch.setattr("store.database.database.FOREIGN_WAIT_S", 0.1)
    with held(database.path), pytest.raises(StoreLockedError, match=r"waited 0\.1 s"):
        count(database)
    lock = OpenLock(database.path)
    threading.Timer(0.5, lock.close).start()
    assert count(database) == 0


def test_who_waits_longest_looks_most_often() -> None:
    """With pauses that grew, a writer among sixteen waited for more than ten seconds."""
    assert max(_pause(10.0) for _ in range(100)) < min(_pause(0.0) for _ in range(100)) / 10
