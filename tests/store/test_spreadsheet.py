from __future__ import annotations

import csv
import io

import duckdb
import pandas as pd
import pytest

from store.spreadsheet import restored, spreadsheet_csv, typed_csv


def cells(frame):
    return list(csv.reader(io.StringIO(spreadsheet_csv(frame), newline="")))


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")'])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert cells(pd.DataFrame({"note": [text]}))[1:] == [[f"'{text}"]]
    assert cells(pd.DataFrame({text: [1.5]}))[0] == [f"'{text}"]


@pytest.mark.parametrize("text", ["-3.5", "+1e-3", "-,5", "-5%", "a=b", "", "x@y", "'x", "'"])
def test_numbers_and_other_texts_stay(text):
    assert cells(pd.DataFrame({"note": [text], "id": [1]}))[1] == [text, "1"]


def test_numbers_keep_all_digits_and_missing_values_are_empty():
    frame = pd.DataFrame({"time": [0.1 + 0.2, float("nan")], "outside": [True, False], "note": ["a", None]})
    assert cells(frame)[1:] == [["0.30000000000000004", "True", "a"], ["", "False", ""]]


def test_two_columns_of_one_name_stay_two():
    assert cells(pd.DataFrame([["=a", "b"]], columns=["x", "x"])) == [["x", "x"], ["'=a", "b"]]


@pytest.mark.parametrize("text", ["=1", "'=1", "''-x", "@a", "+a", "-3", "'-3", "'", "'x", "", "\t", "\r=", "x=1"])
def test_taking_the_apostrophe_off_restores_every_text(text):
    written = cells(pd.DataFrame({"a": [text], "b": [1]}))[1][0]
    assert duckdb.execute(f"SELECT {restored('text')} FROM (SELECT ? AS text)", [written]).fetchall() == [(text,)]


def test_objects_are_json_and_times_iso():
    frame = pd.DataFrame(
        {"settings": [{"gc": "=G1"}, {}], "at": [pd.Timestamp("2026-01-02T03:04:05Z"), pd.NaT], "note": ["=1", None]}
    )
    written = list(csv.reader(io.StringIO(typed_csv(frame), newline="")))
    assert written[1:] == [['{"gc": "=G1"}', "2026-01-02T03:04:05Z", "'=1"], ["{}", "", ""]]
