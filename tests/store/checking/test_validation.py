"""Every way to break the contract is named with its line, its column and what to write."""

from __future__ import annotations

import hashlib
import math
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from store import identity, runlog
from store.checking.validation import validate
from store.errors import Problem

Make = Callable[..., dict[str, Any]]


def problems(*runs: dict[str, Any]) -> list[Problem]:
    return validate(pd.DataFrame(runs, dtype=object))[1]


def clean(*runs: dict[str, Any]) -> pd.DataFrame:
    frame, found = validate(pd.DataFrame(runs, dtype=object))
    assert found == []
    return frame


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("executor_memory_gb", "1,5", "write 1.5"),
        ("executor_memory_gb", "8192", "if it is in MiB write 8"),
        ("executor_memory_gb", "0", "outside above 0 to 1,000 GiB"),
        ("completion_time_s", "1,5", "write 1.5"),
        ("completion_time_s", "7200000", "if it is in milliseconds write 7200"),
        ("completion_time_s", "-4", "outside above 0 to 2,592,000 s"),
        ("completion_time_s", "inf", "is not a number"),
        ("sampling_rate_pct", "0", "outside above 0"),
        ("num_executors", "four", "is not a whole number"),
        ("num_executors", "2.5", "is not a whole number"),
        ("num_executors", "4 executors", "write 4"),
        ("num_executors", "0", "outside 1 to 100,000"),
        ("num_executors", "99999999999999999999", "1e+20 is outside 1 to 100,000"),
        ("num_executors", "1e999", "is not a whole number"),
        ("executor_memory_gb", "2000g", "2000 is outside above 0 to 1,000 GiB"),
        ("executor_memory_gb", "8 bananas", "is not a number (GiB)"),
        ("started_at", "1969-12-31", "2026-01-31T13:45:00Z"),
        ("executor_cores", "0x10", "is not a whole number"),
        ("input_images", "10,000", "write 10000"),
        ("status", "OK", "did you mean ok?"),
        ("status", "crashed", "none of ok, oom, failed, cancelled"),
        ("started_at", "31/01/2026", "2026-01-31T13:45:00Z"),
        ("started_at", "2026-02-31", "2026-01-31T13:45:00Z"),
        ("started_at", "2026", "2026-01-31T13:45:00Z"),
        ("settings", "gc=G1", "is not a JSON object"),
        ("settings", "[1]", "is not a JSON object"),
        ("settings", '{"a": NaN}', "is not a JSON object"),
        ("settings", '{"a": "\\ud800"}', "is not a JSON object"),
        ("settings", "[" * 9999, "is not a JSON object"),
        ("settings", '{"a": "' + "x" * 20_001 + '"}', "at most 20,000"),
        ("run_id", "17", "is not a UUID"),
        ("application", "a" * 101, "at most 100"),
        ("application", "res\x07net", "cannot be printed"),
        ("spark_version", "4" * 201, "at most 200"),
    ],
)
def test_a_wrong_cell_is_named_and_explained(run: Make, column: str, cell: str, words: str) -> None:
    found = problems(run(), run(**{column: cell}))
    assert [(problem.line, problem.column) for problem in found] == [(2, column)]
    assert words in found[0].message
    assert len(found[0].message) < 250


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("executor_memory_gb", "8192m", 8),
        ("executor_memory_gb", "8g", 8),
        ("executor_memory_gb", "1.5 GiB", 1.5),
        ("completion_time_s", "12 min", 720),
        ("completion_time_s", "0:12:30", 750),
        ("completion_time_s", "1500 ms", 1.5),
        ("completion_time_s", "3h", 10_800),
        ("sampling_rate_pct", "10%", 10),
        ("num_executors", " 4.0 ", 4),
        ("num_executors", "1e3", 1_000),
        ("campaign", "Köln", "Köln"),
        ("campaign", "NA", "NA"),
        ("started_at", "2026-01-31T13:45+01:00", pd.Timestamp("2026-01-31T12:45Z")),
        ("settings", '{"b": 1.0, "a": []}', {"a": [], "b": 1.0}),
    ],
)
def test_a_cell_that_says_what_it_means_is_read(run: Make, column: str, cell: str, value: Any) -> None:
    assert clean(run(**{column: cell}))[column][0] == value


@pytest.mark.parametrize("column", ["application", "cluster", "num_executors", "executor_memory_gb"])
def test_a_needed_cell_may_not_be_empty(run: Make, column: str) -> None:
    found = problems(run(**{column: "  "}))
    assert [(problem.line, problem.column) for problem in found] == [(1, column)]
    assert "is empty" in found[0].message


def test_all_problems_come_together_in_the_order_of_the_lines(run: Make) -> None:
    found = problems(run(num_executors="x", executor_cores="y"), run(), run(cluster="", completion_time_s="z"))
    assert sorted((problem.line, problem.column) for problem in found) == [
        (1, "executor_cores"),
        (1, "num_executors"),
        (3, "cluster"),
        (3, "completion_time_s"),
    ]
    assert [problem.line for problem in found] == [1, 1, 3, 3]


def test_an_unknown_column_is_named_with_the_one_that_was_meant(run: Make) -> None:
    found = problems({**run(), "executors_cores": 1, "colour": "red"})
    assert [(problem.line, problem.column) for problem in found] == [(None, "executors_cores"), (None, "colour")]
    assert "did you mean executor_cores?" in found[0].message
    assert "did you mean" not in found[1].message


def test_a_missing_column_is_one_problem_not_one_a_row(run: Make) -> None:
    found = problems(*[run(cluster=None, sampling_rate_pct=None, completion_time_s=None)] * 3)
    assert [problem.column for problem in found] == [
        "cluster",
        "sampling_rate_pct",
        "completion_time_s",
    ]
    assert [problem.line for problem in found] == [None] * 3


def test_a_column_twice_is_refused(run: Make) -> None:
    frame = pd.DataFrame([run()])
    found = validate(pd.concat([frame, frame[["cluster"]]], axis=1))[1]
    assert [(problem.column, problem.message) for problem in found] == [
        ("cluster", "is there more than once; keep one")
    ]


def test_a_run_that_is_ok_needs_a_time_and_one_that_failed_has_none(run: Make) -> None:
    found = problems(
        run(completion_time_s=""),
        run(status="oom"),
        run(status="oom", completion_time_s="", failure_kind="oom_heap"),
        run(failure_kind="launch"),
    )
    assert [(problem.line, problem.column) for problem in found] == [
        (1, "completion_time_s"),
        (2, "completion_time_s"),
        (4, "failure_kind"),
    ]


def test_a_failed_run_is_a_row_without_a_time(run: Make) -> None:
    frame = clean(run(status="failed", completion_time_s=None, failure_kind="user_code"))
    assert math.isnan(frame["completion_time_s"][0])
    assert frame["failure_kind"][0] == "user_code"


def test_defaults_and_what_follows_from_other_columns(run: Make) -> None:
    frame = clean(
        run(sampling_rate_pct=None, input_images=50, dataset_images=200),
        run(sampling_rate_pct=1, dataset_images=12_345),
        run(total_cores=7),
    )
    assert frame["sampling_rate_pct"].tolist() == [25.0, 1.0, 10.0]
    assert frame["input_images"].tolist() == [50, 123, pd.NA]
    assert frame["total_cores"].tolist() == [8, 8, 7]
    assert set(frame["status"]) == {"ok"}
    assert set(frame["origin"]) == {"uploaded"}


def test_columns_that_contradict_each_other(run: Make) -> None:
    found = problems(
        run(total_cores=9),
        run(total_cores=4),
        run(sampling_rate_pct=0.1, input_images=1_000, dataset_images=10_000),
        run(sampling_rate_pct=10, input_images=1_004, dataset_images=10_000),
    )
    assert [(problem.line, problem.column) for problem in found] == [
        (1, "total_cores"),
        (2, "total_cores"),
        (3, "sampling_rate_pct"),
    ]


def test_what_follows_from_other_columns_has_bounds_too(run: Make) -> None:
    found = problems(
        run(sampling_rate_pct="", input_images=10**12, dataset_images=1),
        run(sampling_rate_pct=10_000, dataset_images=10**12),
    )
    assert [(problem.line, problem.column) for problem in found] == [
        (1, "sampling_rate_pct"),
        (2, "input_images"),
    ]
    assert "outside above 0 to 10,000" in found[0].message


def test_types_are_plain_and_documented(run: Make) -> None:
    frame = clean(run(started_at="2026-01-31 13:45:00+01:00", settings='{"b": 1, "a": {"c": []}}'))
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "run_id": "object",
        "application": "object",
        "cluster": "object",
        "num_executors": "int64",
        "executor_cores": "int64",
        "total_cores": "int64",
        "executor_memory_gb": "float64",
        "images_per_partition": "Int64",
        "sampling_rate_pct": "float64",
        "input_images": "Int64",
        "dataset_images": "Int64",
        "completion_time_s": "float64",
        "status": "object",
        "failure_kind": "object",
        "started_at": "datetime64[us, UTC]",
        "spark_version": "object",
        "campaign": "object",
        "repeat": "Int64",
        "origin": "object",
        "settings": "object",
    }
    assert frame["started_at"][0] == pd.Timestamp("2026-01-31T12:45:00Z")
    assert frame["settings"][0] == {"b": 1, "a": {"c": []}}
    assert frame["campaign"][0] is None


@pytest.mark.parametrize("missing", ["", "NA", "nan", "NULL", None, math.nan, pd.NA])
def test_what_counts_as_missing(run: Make, missing: Any) -> None:
    frame, found = validate(pd.DataFrame([{**run(), "repeat": missing, "started_at": missing}]))
    assert found == []
    assert frame["repeat"].isna().all()
    assert frame["started_at"].isna().all()


def test_typed_values_are_taken_as_well_as_text(run: Make) -> None:
    """A data frame of numbers, times and dicts, and its text, are the same runs."""
    moment = datetime(2026, 1, 31, 13, 45, tzinfo=UTC)
    values = run(started_at=moment, settings={"x": np.int64(3)}, repeat=np.int32(2))
    text = {name: str(value) for name, value in values.items()}
    text |= {"started_at": "2026-01-31T13:45Z", "settings": '{"x":3}', "executor_memory_gb": "8e0"}
    assert clean(values)["run_id"][0] == clean(text)["run_id"][0]
    native = pd.DataFrame({name: pd.Series([value]) for name, value in values.items()})
    assert validate(native)[0]["run_id"][0] == clean(text)["run_id"][0]


@pytest.mark.parametrize("cells", [[True], [math.inf], [1.5], [-1]])
def test_numbers_that_are_no_counts(run: Make, cells: list[Any]) -> None:
    frame = pd.DataFrame([run()]).assign(num_executors=pd.Series(cells))
    assert [problem.column for problem in validate(frame)[1]] == ["num_executors"]


@pytest.mark.parametrize("cell", [[], {"a": 1}, b"x", object()])
def test_only_text_and_numbers_are_text(run: Make, cell: Any) -> None:
    [problem] = problems(run(cluster=cell))
    assert (problem.column, problem.message.endswith("is not text")) == ("cluster", True)


def test_the_identity_is_the_md5_of_what_is_there(run: Make) -> None:
    given = run(started_at="2026-01-31", settings='{"b": "é", "a": 1}', executor_memory_gb=7.6, campaign="x")
    moment = int(datetime(2026, 1, 31, tzinfo=UTC).timestamp()) * 1_000_000
    values = ["resnet50", "lab", 4, 2, 8, 7.6, "", 10, "", "", 123.5, "ok", "", moment, "", "x", "", '{"a":1,"b":"é"}']
    text = "".join(f"{value}{letter}\x1f" for value, letter in zip(values, "abcdefghijklmnopqr", strict=True))
    expected = uuid.UUID(hashlib.md5(text.encode()).hexdigest())
    assert clean(given)["run_id"][0] == str(expected)


def test_every_column_has_a_part_in_the_identity() -> None:
    assert list(identity.LETTERS) == [name for name in runlog.NAMES if name not in ("run_id", "origin")]
    assert len(set(identity.LETTERS.values())) == len(identity.LETTERS)


@pytest.mark.parametrize(
    "change",
    [
        {"application": "xception"},
        {"completion_time_s": 123.6},
        {"repeat": 2},
        {"settings": {"gc": "G1"}},
        {"started_at": "2026-01-01"},
        {"campaign": "nightly"},
    ],
)
def test_the_identity_is_the_content(run: Make, change: dict[str, Any]) -> None:
    one, same, other = clean(run())["run_id"][0], clean(run(total_cores=8)), clean(run(**change))
    assert same["run_id"][0] == one
    assert other["run_id"][0] != one


def test_the_identity_never_changes_between_releases(run: Make) -> None:
    """Uploads of the past are recognised only while this stays the same."""
    assert clean(run())["run_id"][0] == "7a8d2d7a-fbba-3bcf-1bb1-3c489ca06bde"


def test_one_run_id_for_two_different_runs_is_refused(run: Make) -> None:
    name = "9C2F5C8E-3F0B-4E55-8E6F-6B0A3F0C1D2E"
    assert clean(run(run_id=name), run(run_id=name.lower()))["run_id"].nunique() == 1
    found = problems(run(run_id=name), run(run_id=name.lower(), repeat=1))
    assert [(problem.line, problem.column) for problem in found] == [(1, "run_id"), (2, "run_id")]
