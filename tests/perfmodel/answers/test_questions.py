from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from perfmodel.answers.questions import InvalidQuestionsError, read_questions
from store import UnreadableFileError

HEADER = "num_executors,executor_cores,executor_memory_gb"


@pytest.fixture
def asked(tmp_path):
    def read(text: str):
        path = tmp_path / "configs.csv"
        path.write_text(text)
        return read_questions(path)

    return read


@pytest.fixture
def problems(asked):
    def read(text: str):
        with pytest.raises(InvalidQuestionsError) as caught:
            asked(text)
        return {(problem.line, problem.column): problem.message for problem in caught.value.problems}, str(caught.value)

    return read


def test_the_columns_that_count_are_numbers_and_the_others_stay_as_they_are(asked):
    found = asked(f"id,{HEADER},sampling_rate_pct,images_per_partition,note\n007,2,4,8.5,10,20,=1\n008,3,8,16,,, x \n")
    assert found.values["num_executors"].tolist() == [2, 3]
    assert found.values["executor_memory_gb"].tolist() == [8.5, 16]
    assert found.values["sampling_rate_pct"].tolist() == [10, 100]
    np.testing.assert_array_equal(found.values["images_per_partition"], [20, np.nan])
    assert found.cells[["id", "note"]].to_numpy().tolist() == [["007", "=1"], ["008", " x "]]
    assert found.lines == [2, 3]


def test_without_a_sampling_rate_the_whole_data_set_is_meant(asked):
    found = asked(f"{HEADER}\n1,2,4\n")
    assert found.values["sampling_rate_pct"].tolist() == [100]
    assert "images_per_partition" not in found.values


def test_columns_have_the_names_and_units_that_a_run_log_may_have(asked):
    found = asked("Spark jobs of May\n\nE_num;C_num;Executor memory (MB);SR\n2;4;8192;2,5\n;;;\n3;8;4g;\n")
    assert found.values["executor_memory_gb"].tolist() == [8, 4]
    assert found.values["sampling_rate_pct"].tolist() == [2.5, 100]
    assert found.lines == [4, 6]


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "jsonl"])
def test_other_kinds_of_tables_are_read_like_csv(kind, tmp_path):
    path = tmp_path / f"configs.{kind}"
    frame = pd.DataFrame({"name": ["a", "b"], "executors": [2, 3], "cores": [4, 8], "executor_memory_gb": [8.5, None]})
    write = {
        "xlsx": lambda: frame.to_excel(path, index=False),
        "parquet": lambda: frame.to_parquet(path),
        "jsonl": lambda: frame.to_json(path, orient="records", lines=True),
    }
    write[kind]()
    with pytest.raises(InvalidQuestionsError, match=r"executor_memory_gb: is empty") as caught:
        read_questions(path)
    assert [problem.line for problem in caught.value.problems] == [3 if kind == "xlsx" else 2]
    frame["executor_memory_gb"] = 16.0
    write[kind]()
    found = read_questions(path)
    assert found.cells["name"].tolist() == ["a", "b"]
    assert found.values["executor_cores"].tolist() == [4, 8]


def test_executors_may_be_uneven_but_not_larger_than_the_largest(asked, problems):
    found = asked(f"{HEADER},total_cores\n2,2,4,3\n2,2,4,\n")
    np.testing.assert_array_equal(found.values["total_cores"], [3, np.nan])
    wrong, _ = problems(f"{HEADER},total_cores\n2,2,4,2\n2,2,4,3\n2,2,4,5\n")
    assert set(wrong) == {(2, "total_cores"), (4, "total_cores")}


def test_all_problems_are_said_together_with_line_and_column(problems):
    found, text = problems(f"{HEADER},sampling_rate_pct\n1,two,lots,10\n,1,4,-5\n1,2\n0,1,4,100\n")
    assert set(found) == {
        (2, "executor_cores"),
        (2, "executor_memory_gb"),
        (3, "num_executors"),
        (3, "sampling_rate_pct"),
        (4, None),
        (5, "num_executors"),
    }
    assert "'lots' is not a number (GiB)" in found[2, "executor_memory_gb"]
    assert text.startswith("configs.csv: 6 problems, nothing was written")


@pytest.mark.parametrize(
    ("header", "column", "message"),
    [
        ("num_executors,executor_cores", "executor_memory_gb", "is missing"),
        (f"{HEADER},num_executors", "num_executors", "more than once"),
        (f"{HEADER},executors", "num_executors", "is what num_executors and executors mean"),
        (f"{HEADER},sampling_rat", "sampling_rat", "did you mean sampling_rate_pct"),
        (f"{HEADER},predicted_s", "predicted_s", "rename or remove it"),
    ],
)
def test_a_header_that_cannot_be_meant_is_refused(header, column, message, problems):
    found, _ = problems(f"{header}\n{','.join('1' * len(header.split(',')))}\n")
    assert message in found[1, column]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", f"{HEADER}\n"])
def test_a_file_without_configurations_says_so(text, asked):
    with pytest.raises(UnreadableFileError, match=r"configs\.csv (is empty|is no table: line 1|has column)"):
        asked(text)
