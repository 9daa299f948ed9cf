"""A file comes in as a whole or not at all, and only once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store import InvalidRunsError, Store, UnreadableFileError, runlog
from store.frames import plain_records

Csv = Callable[..., bytes]


def refused(store: Store, content: bytes, name: str = "runs.csv") -> str:
    """Import what must be refused; nothing of it may be stored."""
    with pytest.raises((InvalidRunsError, UnreadableFileError)) as caught:
        store.imports.add(content, name)
    assert store.runs.load().empty
    assert store.uploads.load().empty
    return str(caught.value)


def test_a_run_log_comes_in_whole(store: Store, csv_of: Csv) -> None:
    content = csv_of({"repeat": 1}, {"repeat": 2, "settings": '{"gc": "G1"}'})
    imported = store.imports.add(content, "runs.csv")
    assert (imported.rows, imported.added, imported.already_there) == (2, 2, 0)
    runs = store.runs.load()
    assert sorted(runs["repeat"]) == [1, 2]
    assert set(runs["origin"]) == {"uploaded"}
    [upload] = plain_records(store.uploads.load())
    assert (upload["name"], upload["rows"], upload["added"]) == ("runs.csv", 2, 2)
    assert len(upload["sha256"]) == 64


def test_the_same_file_again_adds_nothing_and_says_so(store: Store, csv_of: Csv) -> None:
    content = csv_of({}, {"repeat": 2})
    first = store.imports.add(content, "runs.csv")
    again = store.imports.add(content, "copy.csv")
    assert (again.added, again.already_there, again.upload_id) == (0, 2, first.upload_id)
    assert "imported as runs.csv" in again.notes[0]
    assert len(store.runs.load()) == 2
    assert len(store.uploads.load()) == 1


def test_the_same_rows_in_another_file_add_nothing(store: Store, csv_of: Csv) -> None:
    store.imports.add(csv_of({}, {"repeat": 2}), "one.csv")
    again = store.imports.add(csv_of({"repeat": 2}, {"total_cores": 8}, {"repeat": 3}), "two.csv")
    assert (again.rows, again.added, again.already_there) == (3, 1, 2)
    assert len(store.runs.load()) == 3


def test_a_row_twice_in_a_file_is_one_run(store: Store, csv_of: Csv) -> None:
    imported = store.imports.add(csv_of({}, {}), "runs.csv")
    assert (imported.added, imported.already_there) == (1, 1)


@pytest.mark.parametrize("delimiter", [b",", b";", b"\t"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
def test_spreadsheets_write_csv_in_many_ways(store: Store, csv_of: Csv, delimiter: bytes, newline: bytes) -> None:
    text = csv_of({"repeat": 1}, {"repeat": 2}).replace(b",", delimiter).replace(b"\n", newline)
    imported = store.imports.add(b"\xef\xbb\xbf" + text + newline + delimiter * 3, "runs.csv")
    assert imported.added == 2


def test_origin_is_ours_to_say(store: Store, csv_of: Csv) -> None:
    imported = store.imports.add(csv_of({"origin": "measured"}), "runs.csv")
    assert imported.added == 1
    assert "origin was ignored" in imported.notes[0]
    assert set(store.runs.load()["origin"]) == {"uploaded"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (",".join(runlog.NAMES).encode(), "no runs"),
        (b"%PDF-1.7\n1 0 obj", "a PDF document"),
        (b"PK\x03\x04rest", "damaged ZIP archive or Excel workbook"),
        (b"PAR1rest", "is a damaged Parquet file"),
        (b"\xff\xfea", "neither UTF-8 nor UTF-16"),
        (b"application,cluster\na\0b,c\n", "binary"),
        (b"application,cluster\nCaf\xe9,c\n", "not UTF-8 (line 2)"),
        (b"hello world\nthis is a text\n", "is no table: line 1 should name columns"),
        (b"[1, 2]", "element 1 is no object"),
        (b"[{]", "is no valid JSON"),
        (b"\x80\x04]\x94.", "a Python pickle: opening one runs what is in it, so Sparkcast never does"),
        (b"\x1f\x8b\x08rest", "a gzip archive; unpack it"),
    ],
)
def test_a_file_that_is_no_run_log_gets_one_clear_message(store: Store, content: bytes, words: str) -> None:
    message = refused(store, content, "thing.csv")
    assert message.startswith("thing.csv")
    assert words in message
    assert "\n" not in message


def test_a_bad_row_is_named_by_its_line_in_the_file(store: Store, csv_of: Csv) -> None:
    """Blank lines and line breaks inside quotes count: an editor must find the line."""
    good = csv_of({"campaign": "a"})
    row = good.splitlines()[1]
    content = good + b"\n" + row + b",more\n" + row.replace(b"resnet50", b'"res\nnet"') + b"\n" + row[:9]
    with pytest.raises(InvalidRunsError) as caught:
        store.imports.add(content, "runs.csv")
    found = [(problem.line, problem.column) for problem in caught.value.problems]
    assert found == [(4, None), (5, "application"), (7, None)]
    assert "has 9 cells, more than the 8 columns" in str(caught.value)
    assert store.runs.load().empty


def test_a_line_break_inside_quotes_does_not_shift_the_lines(store: Store, csv_of: Csv) -> None:
    content = csv_of({"settings": '{"note":\n"x"}'}, {"repeat": "three"})
    message = refused(store, content)
    assert message.startswith("runs.csv: line 4, column repeat: 'three' is not a whole number")


def test_an_open_quote_is_named_with_the_line_where_it_starts(store: Store, csv_of: Csv) -> None:
    content = csv_of({}) + b'"resnet50,lab\nmore\nand more\n'
    assert "line 3: cannot be read as CSV" in refused(store, content)


def test_one_problem_is_one_line_and_many_are_all_there(store: Store, csv_of: Csv) -> None:
    one = refused(store, csv_of({}, {"executor_memory_gb": "1,5"}))
    assert one == (
        "runs.csv: line 3, column executor_memory_gb: '1,5' is not a number (GiB); write 1.5 (nothing was stored)"
    )
    many = refused(store, csv_of({"cluster": ""}, {}, {"num_executors": "x", "colour": "red"}))
    assert many.splitlines() == [
        "runs.csv: 3 problems, nothing was stored",
        "  line 1, column colour: is no column of a run log",
        "  line 2, column cluster: is empty; every run needs it",
        "  line 4, column num_executors: 'x' is not a whole number",
    ]


def test_what_was_exported_comes_back_as_the_same_runs(store: Store, csv_of: Csv, tmp_path: Path) -> None:
    store.imports.add(csv_of({"settings": '{"b": [1], "a": "é,\\"x\\""}', "started_at": "2026-01-01"}), "a.csv")
    exported = tmp_path / "exported.csv"
    frame = store.runs.load()
    frame["settings"] = ['{"a": "é,\\"x\\"", "b": [1]}']
    frame.to_csv(exported, index=False)
    again = store.imports.add_file(exported)
    assert (again.added, again.already_there) == (0, 1)


def test_a_stored_run_cannot_be_changed_by_importing_it_again(store: Store, csv_of: Csv) -> None:
    store.imports.add(csv_of({}), "a.csv")
    name = store.runs.load()["run_id"][0]
    with pytest.raises(InvalidRunsError, match=r"line 3, column run_id: .* is stored with other values"):
        store.imports.add(csv_of({"repeat": 1}, {"run_id": name, "completion_time_s": 1.0}), "b.csv")
    assert store.runs.load()["completion_time_s"].tolist() == [123.5]


@pytest.mark.parametrize("name", ["'; DROP TABLE runs; --", "<script>alert(1)</script>", "../../x", "=1+1"])
def test_names_are_data(store: Store, csv_of: Csv, name: str) -> None:
    store.imports.add(csv_of({"application": name, "cluster": name}), f"{name}.csv".replace("/", "_"))
    assert store.runs.load(application=name, cluster=name)["application"].tolist() == [name]
    assert store.runs.pairs()["cluster"].tolist() == [name]


def test_missing_files_and_folders(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="No such file"):
        store.imports.add_file(tmp_path / "absent.csv")
    with pytest.raises(UnreadableFileError, match="is a folder"):
        store.imports.add_file(tmp_path)


def test_a_large_file_comes_in_at_once(store: Store, csv_of: Csv) -> None:
    rows: list[dict[str, Any]] = [{"repeat": number} for number in range(5_000)]
    assert store.imports.add(csv_of(*rows), "large.csv").added == 5_000
