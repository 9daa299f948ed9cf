"""What an upload must not do: run, read or write anything else, expand without bound, become a formula."""

from __future__ import annotations

import csv
import io
import json
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from store import InvalidRunsError, Store, StoreError, UnreadableFileError, cli
from store.__main__ import parser
from store.checking.sandbox import sandbox
from store.database.database import Database
from store.tables.excel_files import AT_ONCE_BYTES
from store.tables.limits import Limits
from store.uploads.imports import Imports
from tests.store.eventlogs.helpers import lines, task, whole

Csv = Callable[..., bytes]
Make = Callable[..., dict[str, Any]]
GIVEN = ("--application", "a", "--cluster", "c", "--sampling-rate", "10")
LOG = lines(*whole(task(0, "0")))
NASTY = ["'; DROP TABLE runs; --", "<script>alert(1)</script>", "../../x", "=1+1", "-x", "@a", "'=1", "$path"]


class Bomb:
    """Makes a folder when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (os.environ["BOMB"],)


@pytest.mark.parametrize("name", ["model.skops", "runs.csv", "runs.parquet"])
@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_is_never_opened_whatever_its_name(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, protocol: int
) -> None:
    monkeypatch.setenv("BOMB", str(tmp_path / "boom"))
    with pytest.raises(UnreadableFileError, match=name):
        store.imports.add(pickle.dumps(Bomb(), protocol), name)
    assert not (tmp_path / "boom").exists()


@pytest.mark.parametrize("text", NASTY)
def test_a_name_is_data_in_sql_and_in_what_is_exported(
    store: Store, tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = json.dumps([{**json.loads(pd.DataFrame([_RUN]).iloc[0].to_json()), "application": text, "cluster": text}])
    store.imports.add(given.encode(), f"{text}.json")
    assert store.runs.load(application=text, cluster=text)["cluster"].tolist() == [text]
    assert store.uploads.load()["name"].tolist() == [f"{text}.json"]
    assert cli.run(parser(), ["runs", "--format", "csv", "--home", str(store.home.root)]) == 0
    exported = capsys.readouterr().out.encode()
    [row] = csv.DictReader(io.StringIO(exported.decode(), newline=""))
    assert not row["cluster"].startswith(("=", "+x", "-x", "@"))
    again = store.imports.add(exported, "exported.csv")
    assert (again.added, again.already_there) == (0, 1), "reading it back restores the name"
    assert sorted(tmp_path.iterdir()) == [store.home.root]


_RUN = {
    "num_executors": 4,
    "executor_cores": 2,
    "executor_memory_gb": 8.0,
    "sampling_rate_pct": 10.0,
    "completion_time_s": 123.5,
}


@pytest.mark.parametrize("name", [b"a\x1b[31mred\n.csv", b"caf\xe9.csv"], ids=["escapes", "no UTF-8"])
def test_the_name_of_a_file_is_shown_and_stored_without_what_cannot_be_printed(
    store: Store, csv_of: Csv, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: bytes
) -> None:
    folder = tmp_path / "uploads"
    folder.mkdir()
    for number, content in enumerate((csv_of({}), csv_of({"num_executors": "x"}), LOG)):
        file = folder / os.fsdecode(b"%d" % number + name)
        file.write_bytes(content)
        cli.run(parser(), ["import", "--home", str(store.home.root), *GIVEN, str(file)])
    said = "".join(capsys.readouterr())
    assert "unexpected" not in said
    assert all(line.isprintable() for line in said.splitlines())
    names = store.uploads.load()["name"]
    assert len(names) == 2
    assert all(map(str.isprintable, names))


def test_headers_are_data(store: Store, csv_of: Csv) -> None:
    header = '"""; DROP TABLE runs; --"'
    content = csv_of({}).replace(b"completion_time_s", header.encode())
    with pytest.raises(InvalidRunsError, match="is no column of a run log"):
        store.imports.add(content, "runs.csv")
    parquet = io.BytesIO()
    pd.DataFrame([{**_RUN, 'a"; DROP TABLE runs; --': 1, "b'": 2}]).to_parquet(parquet)
    with pytest.raises(InvalidRunsError, match="is no column of a run log"):
        store.imports.add(parquet.getvalue(), "runs.parquet")
    with pytest.raises(InvalidRunsError, match="is no column of a run log"):
        store.imports.add(json.dumps({**_RUN, "$path": 1, "/~": 2, "'": 3}).encode(), "runs.json")


@pytest.mark.parametrize(
    "sql",
    [
        "FROM read_csv('{secret}')",
        "FROM read_text('{secret}')",
        "FROM glob('{folder}/*')",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "ATTACH '{folder}/other.duckdb'",
        "LOAD httpfs",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '99GB'",
        "FROM read_csv('http://127.0.0.1:9/x.csv')",
    ],
)
def test_the_sandbox_reads_its_file_and_nothing_else(tmp_path: Path, sql: str) -> None:
    allowed, secret, spill = tmp_path / "allowed.csv", tmp_path / "secret.csv", tmp_path / "spill"
    for path in (allowed, secret):
        path.write_text("a\n1\n")
    spill.mkdir()
    with sandbox(allowed, spill=spill) as connection:
        assert connection.execute("FROM read_csv(?)", [str(allowed)]).fetchall() == [(1,)]
        with pytest.raises(duckdb.Error):
            connection.execute(sql.format(secret=secret, folder=tmp_path)).fetchall()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["allowed.csv", "secret.csv", "spill"]


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def workbook(sheet: bytes, *rows: list[Any]) -> bytes:
    """A workbook whose first sheet is replaced."""
    made = openpyxl.Workbook()
    made.active.append(["application"])
    file = io.BytesIO()
    made.save(file)
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return zipped(members | {"xl/worksheets/sheet1.xml": sheet})


_SPREADSHEETML = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET = b'<worksheet xmlns="' + _SPREADSHEETML + b'"><sheetData>%s</sheetData></worksheet>'
_CELL = b'<c r="%s" t="inlineStr"><is><t>%s</t></is></c>'
_HEADER = b'<row r="1">' + _CELL % (b"A1", b"app") + _CELL % (b"B1", b"CT") + b"</row>"


def test_a_workbook_does_not_expand_without_bound(store: Store) -> None:
    imports = Imports(Database(store.home.database), Limits(unpacked_bytes=1_000_000))
    bomb = workbook(_SHEET % (_HEADER + b" " * 50_000_000))
    assert len(bomb) < 200_000
    with pytest.raises(UnreadableFileError, match=r"unpacks to [\d,]+ bytes, at most 1,000,000 are taken"):
        imports.add(bomb, "bomb.xlsx")


_TEXTS = (
    b'<Override PartName="/%s" '
    b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)


@pytest.mark.parametrize("name", [b"xl/sharedStrings.xml", b"xl/worksheets/sheet1.xml"])
def test_what_is_read_at_once_is_small_also_when_it_is_called_a_sheet(store: Store, name: bytes) -> None:
    """Ten million texts in 600 KB kept openpyxl busy for minutes."""
    with zipfile.ZipFile(io.BytesIO(workbook(_SHEET % _HEADER))) as archive:
        members = {one: archive.read(one) for one in archive.namelist()}
    types = members["[Content_Types].xml"].replace(b"</Types>", _TEXTS % name + b"</Types>")
    texts = b'<sst xmlns="' + _SPREADSHEETML + b'">' + b"<si><t>a</t></si>" * (AT_ONCE_BYTES // 17 + 1) + b"</sst>"
    with pytest.raises(UnreadableFileError, match=r"unpacks to [\d,]+ bytes, at most 16,777,216 are taken"):
        store.imports.add(zipped(members | {"[Content_Types].xml": types, name.decode(): texts}), "texts.xlsx")


def test_a_parquet_file_does_not_expand_without_bound(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """One text that is stored once stands in every row."""
    monkeypatch.setattr("store.checking.sandbox.MOST_SPILLED", "1MB")
    runs = {"application": "a", "cluster": "c", "num_executors": 1, "executor_cores": 1, "executor_memory_gb": 1.0}
    rows, columns = pa.array([0] * 50_000), runs | {"campaign": "x" * 20_000}
    table = pa.table({name: pa.DictionaryArray.from_arrays(rows, [value]) for name, value in columns.items()})
    file = io.BytesIO()
    pq.write_table(table, file)
    assert file.tell() < 1_000_000
    imports = Imports(Database(store.home.database), Limits(memory="50MB"))
    with pytest.raises(UnreadableFileError, match="needs more memory than allowed"):
        imports.add(file.getvalue(), "bomb.parquet")


def test_two_cells_far_apart_are_two_cells(store: Store) -> None:
    """A reader that allocates the whole grid between them needs 550 GB (calamine issue 693)."""
    far = b'<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    with pytest.raises(StoreError):
        Imports(Database(store.home.database), Limits(rows=50_000)).add(workbook(_SHEET % (_HEADER + far)), "x.xlsx")


def test_entities_do_not_expand(store: Store) -> None:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
    sheet = b'<!DOCTYPE x [<!ENTITY l0 "ha">' + laughs + b"]>" + _SHEET % b'<row><c t="str"><v>&l11;</v></c></row>'
    with pytest.raises(UnreadableFileError, match="damaged Excel workbook"):
        store.imports.add(workbook(sheet), "laughs.xlsx")


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "C:\\x", "xl/../../x"])
def test_an_archive_cannot_write_outside(store: Store, tmp_path: Path, name: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UnreadableFileError, match="is a ZIP archive without a Spark event log"):
        store.imports.add(zipped({name: b"application,cluster\n"}), "runs.zip")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_device_is_no_upload(store: Store) -> None:
    with pytest.raises(UnreadableFileError, match="is no regular file"):
        store.imports.add_file("/dev/zero")
