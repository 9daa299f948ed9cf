"""Tables come in whatever program wrote them, and what is wrong with one is said all at once."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from store import Choices, InvalidRunsError, Preview, Store, UnreadableFileError, runlog, zips
from store.checking import cells, check
from store.database.database import Database
from store.errors import EventLogError
from store.eventlogs.codecs import Budget
from store.eventlogs.entries import of_path, unpacked
from store.frames import plain_records
from store.tables.files import opened
from store.tables.kinds import kind_of
from store.tables.limits import Limits
from store.uploads.imports import Imports

Make = Callable[..., dict[str, Any]]
Csv = Callable[..., bytes]
ALIASED = (
    "app,cluster,E_num,spark.executor.cores,E_mem,P_size,SR (%),CT\n"
    "resnet50,lab,4,2,8g,50,10,123.5\n"
    "resnet50,lab,2,2,8192m,50,100%,12 min\n"
)


def loaded(store: Store, content: bytes, **options: Any) -> list[dict[str, Any]]:
    """Import a file and return the runs, by repeat then time."""
    store.imports.add(content, "runs", **options)
    return plain_records(store.runs.load().sort_values(["repeat", "completion_time_s"]))


def excel(*rows: list[Any], above: int = 0) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.active.append(["Notes of the campaign"])
    sheet = workbook.create_sheet("runs")
    for _ in range(above):
        sheet.append(["made by hand"])
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def parquet(tmp_path: Path, frame: pd.DataFrame) -> bytes:
    frame.to_parquet(tmp_path / "runs.parquet")
    return (tmp_path / "runs.parquet").read_bytes()


def test_names_that_people_and_spark_use(store: Store) -> None:
    first, second = loaded(store, ALIASED.encode())
    assert (first["num_executors"], first["executor_cores"], first["images_per_partition"]) == (4, 2, 50)
    assert (first["executor_memory_gb"], first["completion_time_s"]) == (8.0, 123.5)
    assert (second["executor_memory_gb"], second["sampling_rate_pct"], second["completion_time_s"]) == (8, 100, 720)


@pytest.mark.parametrize(
    ("header", "cell", "column", "value"),
    [
        ("spark.executor.memory", "8192", "executor_memory_gb", 8),  # a plain number is MiB to Spark
        ("spark.executor.memory", "8g", "executor_memory_gb", 8),
        ("Executor memory (MB)", "4096", "executor_memory_gb", 4),
        ("duration_ms", "123500", "completion_time_s", 123.5),
        ("Completion time [min]", "2", "completion_time_s", 120),
        ("SPARK-EXECUTOR-INSTANCES", "3", "num_executors", 3),
        ("C_num", "2", "executor_cores", 2),
        ("sampling rate", "7", "sampling_rate_pct", 7),
    ],
)
def test_a_header_may_name_its_unit(store: Store, run: Make, header: str, cell: str, column: str, value: float) -> None:
    values = {**run(), column: cell}
    line = ",".join(header if name == column else name for name in values)
    [one] = loaded(store, f"{line}\n{','.join(map(str, values.values()))}\n".encode())
    assert one[column] == value


DELIMITERS = ",;\t|:^~"
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [*product(DELIMITERS, ENCODINGS[:1]), *product(DELIMITERS[:2], ENCODINGS[1:])]
)
def test_any_delimiter_in_any_unicode(store: Store, csv_of: Csv, delimiter: str, encoding: str) -> None:
    text = csv_of({"campaign": "Köln", "repeat": 1}, {"repeat": 2}).decode().replace(",", delimiter)
    bom = b"\xfe\xff" if encoding == "utf-16-be" else b""
    first, second = loaded(store, bom + text.encode(encoding))
    assert (first["campaign"], second["campaign"]) == ("Köln", None)


def test_a_decimal_comma_is_read_and_said(store: Store) -> None:
    text = ALIASED.replace(",", ";").replace("123.5", "123,5").replace("12 min", "1,5")
    preview = store.imports.preview(text.encode(), "runs.csv")
    assert "a comma is read as the decimal mark" in preview.notes
    assert [run["completion_time_s"] for run in loaded(store, text.encode())] == [1.5, 123.5]


def test_a_comma_in_a_whole_number_is_no_decimal_mark(store: Store, csv_of: Csv) -> None:
    text = csv_of({"repeat": 1}).decode().replace(",", ";").splitlines()
    content = f"{text[0]};input_images;dataset_images\n{text[1]};1,000;10,000\n".encode()
    with pytest.raises(InvalidRunsError, match=r"column input_images: '1,000'.*write 1000"):
        store.imports.add(content, "runs.csv")


def test_a_quote_that_never_ends_is_said(store: Store, csv_of: Csv) -> None:
    content = csv_of({"repeat": 1}).decode().replace(",", ";") + '"' + "x" * (2 << 20)
    with pytest.raises((InvalidRunsError, UnreadableFileError)):
        store.imports.add(content.encode(), "runs.csv")


def test_a_file_with_decimal_points_has_no_decimal_commas(store: Store) -> None:
    text = ALIASED.replace(",", ";").replace("12 min", "1,500")
    with pytest.raises(InvalidRunsError, match=r"line 3, column completion_time_s: '1,500' is not a number \(s\)"):
        store.imports.add(text.encode(), "runs.csv")


def test_a_point_in_any_row_says_that_a_comma_is_no_decimal_mark(store: Store) -> None:
    header, row, _ = ALIASED.replace(",", ";").splitlines()
    rows = [row.replace("123.5", cell) for cell in ("1,500", *["7"] * 1_500, "123.5")]
    with pytest.raises(InvalidRunsError, match=r"line 2, column completion_time_s: '1,500' is not a number \(s\)"):
        store.imports.add("\n".join([header, *rows]).encode(), "runs.csv")


def test_excel_tells_the_delimiter_in_a_line_of_its_own(store: Store) -> None:
    assert len(loaded(store, b"sep=;\n" + ALIASED.replace(",", ";").encode())) == 2


def test_parquet(store: Store, run: Make, tmp_path: Path) -> None:
    frame = pd.DataFrame([run(repeat=1), run(repeat=2)])
    frame["started_at"] = pd.to_datetime(["2026-01-31T13:45:00+01:00", None], utc=True)
    frame["settings"] = [{"gc": "G1", "cpus": None}, {"gc": None, "cpus": 2.0}]
    first, second = loaded(store, parquet(tmp_path, frame))
    assert (first["started_at"], second["started_at"]) == ("2026-01-31T12:45:00Z", None)
    assert (first["settings"]["gc"], second["settings"]["cpus"]) == ("G1", 2.0)
    assert (first["completion_time_s"], first["origin"]) == (123.5, "uploaded")


def test_json_lines_and_json_lists(store: Store, run: Make) -> None:
    runs = [run(repeat=1, settings={"gc": "G1"}, started_at="2026-01-31"), run(repeat=2, campaign=None)]
    lines = "\n".join(map(json.dumps, runs)) + "\n\n"
    first, _ = loaded(store, lines.encode())
    assert (first["settings"], first["started_at"]) == ({"gc": "G1"}, "2026-01-31T00:00:00Z")
    again = store.imports.add(json.dumps(runs, indent=2).encode(), "runs.json")
    assert (again.added, again.already_there) == (0, 2)


def test_excel(store: Store, run: Make) -> None:
    names, moment = [*run(repeat=1), "started_at", None], datetime(2026, 1, 31, 13, 45)
    content = excel(names, [*run(repeat=1).values(), moment], [], [*run(repeat=2).values()], above=2)
    one, two = loaded(store, content)
    assert (one["started_at"], one["num_executors"], one["executor_memory_gb"]) == ("2026-01-31T13:45:00Z", 4, 8.0)
    assert (two["started_at"], two["repeat"]) == (None, 2)
    broken = excel(names, [*run().values()], [*run(num_executors="four").values()], above=2)
    with pytest.raises(InvalidRunsError, match="row 5, column num_executors: 'four' is not a whole number"):
        store.imports.add(broken, "runs.xlsx")


def test_excel_keeps_percent_as_a_share(store: Store, run: Make) -> None:
    workbook = openpyxl.Workbook()
    for values in (run(), [*run().values()]):
        workbook.active.append([*values])
    columns = list(run())
    for shown, kept, stated in (("0%", 0.1, 10.0), ("0.0%", 0.125, 12.5), ('0"%"', 10, 10.0)):
        cell = workbook.active.cell(2, columns.index("sampling_rate_pct") + 1)
        cell.value, cell.number_format = kept, shown
        target = io.BytesIO()
        workbook.save(target)
        sample = store.imports.preview(target.getvalue(), "runs.xlsx").sample
        assert sample["sampling_rate_pct"].tolist() == [stated]


def test_the_same_run_in_every_format_is_one_run(store: Store, run: Make, tmp_path: Path) -> None:
    frame = pd.DataFrame([run(repeat=3, settings='{"gc": "G1"}', started_at="2026-01-31T13:45:00Z")])
    names, [values] = list(frame), frame.to_numpy().tolist()
    for content in (
        frame.to_csv(index=False).encode(),
        frame.to_csv().encode(),
        frame.to_csv(sep=";", decimal=",").encode("utf-16"),
        parquet(tmp_path, frame),
        frame.to_json(orient="records", lines=True).encode(),
        excel(names, values),
    ):
        store.imports.add(content, "runs")
    assert len(store.runs.load()) == 1
    assert store.uploads.load()["added"].tolist() == [1, 0, 0, 0, 0, 0]


def preview(store: Store, text: str, **choices: Any) -> Preview:
    return store.imports.preview(text.encode(), "runs.csv", Choices(**choices))


def test_a_preview_shows_the_mapping_the_counts_and_a_sample(store: Store) -> None:
    text = ALIASED + "resnet50,lab,x,2,8g,50,-1,1\nresnet50,lab,4\n\nresnet50,lab,4,2,8g,50,10,99\n"
    found = preview(store, text)
    assert [header.column for header in found.headers] == [
        "application", "cluster", "num_executors", "executor_cores",
        "executor_memory_gb", "images_per_partition", "sampling_rate_pct", "completion_time_s",
    ]  # fmt: skip
    assert (found.kind, found.rows, found.good, found.bad, found.count) == ("CSV", 5, 3, 2, 3)
    assert [(problem.line, problem.column) for problem in found.problems] == [
        (4, "num_executors"),
        (4, "sampling_rate_pct"),
        (5, None),
    ]
    assert found.sample["completion_time_s"].tolist() == [123.5, 720.0, 99.0]
    assert found.sample.columns.tolist() == list(runlog.NAMES)
    assert store.runs.load().empty
    assert store.uploads.load().empty


def test_the_user_may_name_columns_and_give_what_is_missing(store: Store) -> None:
    text = ALIASED.replace("cluster", "where").replace("SR (%)", "weather")
    found = preview(store, text)
    assert {problem.column for problem in found.problems} == {"where", "weather", "cluster", "sampling_rate_pct"}
    assert (found.good, found.bad) == (0, 2)
    assert found.sample.empty
    choices = Choices(columns={"where": "cluster", "weather": None}, given={"sampling_rate_pct": "50"})
    assert preview(store, text, columns=choices.columns, given=choices.given).count == 0
    first, _ = loaded(store, text.encode(), choices=choices)
    assert (first["cluster"], first["sampling_rate_pct"]) == ("lab", 50)


def test_two_headers_for_one_column_are_one_too_many(store: Store) -> None:
    text = ALIASED.replace("P_size", "executors")
    [problem] = [one for one in preview(store, text).problems if one.line == 1]
    assert (problem.column, problem.message) == ("num_executors", "is what E_num and executors mean; keep one")
    assert preview(store, text, columns={"executors": None}).count == 0


def test_good_rows_can_be_kept(store: Store, csv_of: Csv) -> None:
    content = csv_of({"repeat": 1}, {"repeat": "two"}, {"repeat": 3}) + b"one cell\n"
    with pytest.raises(InvalidRunsError) as caught:
        store.imports.add(content, "runs.csv")
    assert caught.value.good == 2
    imported = store.imports.add(content, "runs.csv", keep_good=True)
    assert (imported.rows, imported.added, imported.left_out) == (2, 2, 2)
    assert sorted(store.runs.load()["repeat"]) == [1, 3]
    assert store.uploads.load()["left_out"].tolist() == [2]


def test_keeping_the_good_rows_changes_no_stored_run(store: Store, csv_of: Csv) -> None:
    store.imports.add(csv_of({}), "a.csv")
    name = store.runs.load()["run_id"][0]
    content = csv_of({"run_id": name, "repeat": 1}, {"repeat": 2})
    imported = store.imports.add(content, "b.csv", keep_good=True)
    assert (imported.added, imported.left_out) == (1, 1)
    assert store.runs.load().set_index("run_id")["repeat"].isna()[name]


def test_a_file_without_any_good_row_cannot_be_kept(store: Store, csv_of: Csv) -> None:
    with pytest.raises(InvalidRunsError):
        store.imports.add(csv_of({"repeat": "x"}), "runs.csv", keep_good=True)
    with pytest.raises(InvalidRunsError):
        store.imports.add(csv_of({"colour": "red"}), "runs.csv", keep_good=True)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(file_bytes=100), "bytes, at most 100 are taken; split it into several files"),
        (Limits(rows=1), "rows or more, at most 1 are taken; split it"),
        (Limits(columns=3), "7 columns or more, at most 3 are taken; leave out the others"),
        (Limits(line_bytes=10), "line 2: is longer than allowed"),
    ],
)
def test_limits_are_named_with_what_to_do(store: Store, csv_of: Csv, limits: Limits, words: str) -> None:
    imports = Imports(Database(store.home.database), limits)
    with pytest.raises((UnreadableFileError, InvalidRunsError), match=words):
        imports.add(csv_of({}, {"repeat": None}), "runs.csv")


@pytest.mark.parametrize("form", ["carriage returns", "one JSON list"])
def test_rows_are_counted_however_lines_end(store: Store, csv_of: Csv, run: Make, form: str) -> None:
    imports = Imports(Database(store.home.database), Limits(rows=2))
    rows = [{"repeat": repeat} for repeat in (1, 2, 3)]
    content = csv_of(*rows).replace(b"\n", b"\r")
    if form == "one JSON list":
        content = json.dumps([run(**row) for row in rows]).encode()
    with pytest.raises(UnreadableFileError, match="3 rows or more, at most 2 are taken"):
        imports.add(content, "runs")


def test_lines_of_a_csv_file_that_are_no_rows_do_not_count(store: Store, csv_of: Csv) -> None:
    imports = Imports(Database(store.home.database), Limits(rows=2))
    spread = {"settings": '{"note":\n"x",\n"more":\n"y"}'}
    rows = [spread | {"repeat": repeat} for repeat in (1, 2, 3)]
    assert imports.add(b"A title\n" + csv_of(*rows[:2]) + b"\n\n\n", "runs.csv").added == 2
    with pytest.raises(UnreadableFileError, match="3 rows or more, at most 2 are taken"):
        imports.add(csv_of(*rows), "runs.csv")


def test_rows_that_cannot_be_read_are_counted_too(store: Store, csv_of: Csv) -> None:
    imports = Imports(Database(store.home.database), Limits(rows=2))
    content, broken = csv_of({}) + b"\n", b"too,few\n"
    with pytest.raises(InvalidRunsError, match="line 4: has 2 cells, fewer than the 7 columns"):
        imports.add(content + broken, "runs.csv")
    with pytest.raises(UnreadableFileError, match="3 rows or more, at most 2 are taken"):
        imports.add(content + 5 * broken, "runs.csv")
    with pytest.raises(UnreadableFileError, match="4 rows or more, at most 2 are taken"):
        imports.add(content + broken + b'"' + b"x" * 1_000_001, "runs.csv")


@pytest.mark.parametrize("content", ["[{},{},{}, no JSON", "[\n{},\n{},\n{}\n, no JSON", "{}\n{}\n{}\n"])
def test_empty_json_objects_are_rows_and_no_more_are_read_than_are_taken(store: Store, content: str) -> None:
    """What stands behind is not looked at: sixty megabytes of them took 1.6 GB."""
    imports = Imports(Database(store.home.database), Limits(rows=2))
    with pytest.raises(UnreadableFileError, match="3 rows or more, at most 2 are taken"):
        imports.add(content.encode(), "runs.json")


@pytest.mark.parametrize("content", ["[{}", "[{},]", "[{} {}]", "[,{}]", "[{}]]", "[{}] more", "["])
def test_a_json_list_that_is_damaged(store: Store, content: str) -> None:
    with pytest.raises(UnreadableFileError, match="is no valid JSON"):
        store.imports.add(content.encode(), "runs.json")


def test_excel_refuses_columns_as_csv_does_and_says_which_sheet_it_read(store: Store, run: Make) -> None:
    names, values = [*run()], [*run().values()]
    workbook = openpyxl.load_workbook(io.BytesIO(excel(names, values)))
    workbook.create_sheet("more").append(names)
    file = io.BytesIO()
    workbook.save(file)
    [note] = store.imports.preview(file.getvalue(), "runs.xlsx").notes
    assert note == "sheet 'runs' was read; not read: 'Sheet', 'more'"
    imports = Imports(Database(store.home.database), Limits(columns=len(names)))
    assert imports.preview(excel(names, values), "runs.xlsx").good == 1
    with pytest.raises(UnreadableFileError, match="8 columns or more, at most 7 are taken"):
        imports.preview(excel([*names, "colour"], [*values, "red"]), "runs.xlsx")


def test_what_is_too_long_is_judged_where_it_lies(
    store: Store, csv_of: Csv, run: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "TEXT_LENGTH", 30)
    monkeypatch.setattr(check, "AT_ONCE", 2)
    read, told = [], cells.value_or_complaint
    monkeypatch.setattr(cells, "value_or_complaint", lambda *what: read.append(what[1]) or told(*what))
    campaigns = ["é", "x" * 31, "ü", "y" * 40, "ö"]
    found = store.imports.preview(csv_of(*({"campaign": name, "repeat": 1} for name in campaigns)), "runs.csv")
    assert sorted(read) == sorted(["é", "ü", "ö"])
    assert [(problem.line, problem.message) for problem in found.problems] == [
        (3, "has 31 characters, at most 30 are allowed"),
        (5, "has 40 characters, at most 30 are allowed"),
    ]
    assert found.sample["campaign"].tolist() == ["é", "ü", "ö"]


def zip_with_many_names(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A zip whose last record says that it has no table of contents; the 64-bit one before it says how long it is."""
    file = io.BytesIO()
    with monkeypatch.context() as patched, zipfile.ZipFile(file, "w") as archive:
        patched.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
        for number in range(50):
            archive.writestr(f"log-{number}", "")
        archive.close()
    content = bytearray(file.getvalue())
    content[-10:-6] = b"\0" * 4
    return bytes(content)


def test_a_table_of_contents_that_would_fill_the_memory_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "logs.zip"
    path.write_bytes(zip_with_many_names(monkeypatch))
    with opened(path, path.name) as file, pytest.raises(UnreadableFileError, match="is a ZIP archive without"):
        kind_of(file)
    monkeypatch.setattr(zips._Bounded, "most", 1_000)
    with opened(path, path.name) as file, pytest.raises(UnreadableFileError, match="too many files"):
        kind_of(file)
    with pytest.raises(EventLogError, match="too many files"), unpacked(*of_path(path), Budget(1 << 20)):
        pass


def test_a_million_problems_are_counted_and_the_first_are_told(store: Store, csv_of: Csv) -> None:
    rows: list[dict[str, Any]] = [{"repeat": "x", "num_executors": 0} for _ in range(3_000)]
    with pytest.raises(InvalidRunsError) as caught:
        store.imports.add(csv_of(*rows), "runs.csv")
    assert (caught.value.count, len(caught.value.problems)) == (6_000, 1_000)
    assert str(caught.value).startswith("runs.csv: 6,000 problems, nothing was stored\n  line 2, column num_executors:")
    assert str(caught.value).endswith("... and 5,980 more")


def test_a_title_above_the_header_is_left_alone(store: Store, csv_of: Csv) -> None:
    content = b"Status of the cluster,,\n\nmade by hand\n" + csv_of({}, {"num_executors": "x"})
    with pytest.raises(InvalidRunsError, match="line 6, column num_executors"):
        store.imports.add(content, "runs.csv")
    assert store.imports.add(b"My runs\n" + csv_of({}), "runs.csv").added == 1


def test_one_json_object_may_be_spread_over_lines(store: Store, run: Make) -> None:
    assert store.imports.add(json.dumps(run(), indent=2).encode(), "run.json").added == 1
    with pytest.raises(UnreadableFileError, match="is no valid JSON"):
        store.imports.add(json.dumps(run(), indent=2)[:-1].encode(), "run.json")


def test_the_line_of_a_huge_cell_is_named(store: Store, csv_of: Csv) -> None:
    with pytest.raises(InvalidRunsError, match=r"line 3, column application: has 200,000 characters"):
        store.imports.add(csv_of({}, {"application": "x" * 200_000}), "runs.csv")


@pytest.mark.parametrize("cell", ["1,234.5", "1.234,5"])
def test_thousands_are_not_guessed_but_the_message_says_what_to_write(store: Store, csv_of: Csv, cell: str) -> None:
    with pytest.raises(InvalidRunsError, match=r"is not a number \(s\); write 1234\.5"):
        store.imports.add(csv_of({"completion_time_s": cell}), "runs.csv")
