"""What the user decides about the columns of a table."""

from __future__ import annotations

import pandas as pd

from pages.ui.runs.table_upload import IGNORE, changed, is_needed, lacking, problem_table
from pages.ui.runs.upload_list import listed
from store import Choices, open_store
from store.checking.headers import match

HEADERS = match(["app", "Unnamed: 3", "wall", "cores"])


def test_what_was_recognised_is_no_choice():
    assert changed(HEADERS, ["application", IGNORE, None, "executor_cores"]) == {}


def test_what_the_user_changes_is_one():
    picked = [IGNORE, "repeat", "completion_time_s", "total_cores"]
    expected = {"app": None, "Unnamed: 3": "repeat", "wall": "completion_time_s", "cores": "total_cores"}
    assert changed(HEADERS, picked) == expected


def test_what_no_header_means_can_be_given_for_all_rows():
    absent = lacking(HEADERS, ["application", IGNORE, None, "executor_cores"])
    assert "application" not in absent
    assert {"cluster", "sampling_rate_pct", "input_images"} <= set(absent)
    assert [name for name in absent if is_needed(name, absent)] == [
        "cluster",
        "sampling_rate_pct",
        "num_executors",
        "executor_memory_gb",
    ]


def test_a_rate_is_not_needed_beside_both_numbers_of_images():
    assert not is_needed("sampling_rate_pct", ["sampling_rate_pct", "campaign"])


def test_headers_that_are_not_offered_count_as_recognised():
    assert "executor_cores" not in lacking(HEADERS, ["application"])


def test_problems_have_their_line_and_column(tmp_path):
    store = open_store(tmp_path)
    text = "app,cluster,executors,cores,memory,SR,CT\na,c,0,1,2,10,5\na,c,1,1,2,10,5\n"
    preview = store.imports.preview(text.encode(), "x.csv", Choices())
    [problem] = problem_table(preview).to_dict(orient="records")
    assert (problem["Line"], problem["Column"]) == (2, "num_executors")
    assert (preview.good, preview.bad) == (1, 1)


def test_an_upload_that_was_undone_says_so():
    known = pd.DataFrame(
        {
            "upload_id": ["12345678-a", "87654321-b"],
            "undone_at": [pd.NaT, pd.Timestamp("2026-01-01")],
            **{name: [1, 2] for name in ("uploaded_at", "name", "rows", "added", "left_out", "uploaded_by")},
        }
    )
    shown = listed(known)
    assert shown["state"].tolist() == ["in use", "undone"]
    assert shown["upload"].tolist() == ["12345678", "87654321"]
