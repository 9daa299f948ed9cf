from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from store.errors import StoreError
from store.instances import EXAMPLES, FILE, InvalidInstancesError, load_instances, save_instances

ONE = replace(EXAMPLES[0], name="big", source="our contract", priced_on="2026-11-20", currency="EUR")


def test_a_fresh_home_has_examples_that_say_so(tmp_path: Path) -> None:
    assert load_instances(tmp_path) == list(EXAMPLES)
    assert all("nobody's quotation" in one.source for one in EXAMPLES)


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    save_instances(tmp_path, [ONE])
    assert load_instances(tmp_path) == [ONE]
    save_instances(tmp_path, [])
    assert load_instances(tmp_path) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", ""),
        ("name", "a\nb"),
        ("cores", 0),
        ("memory_gb", float("nan")),
        ("price_per_hour", -1.0),
        ("price_per_hour", float("inf")),
        ("currency", "euro"),
        ("source", " "),
        ("priced_on", "20.11.2026"),
    ],
)
def test_a_bad_value_is_named_and_nothing_is_changed(tmp_path: Path, column: str, value: object) -> None:
    save_instances(tmp_path, [ONE])
    with pytest.raises(InvalidInstancesError, match=f"row 2, column {column}: "):
        save_instances(tmp_path, [ONE, replace(ONE, **{"name": "other", column: value})])
    assert load_instances(tmp_path) == [ONE]


def test_all_problems_are_named_together(tmp_path: Path) -> None:
    with pytest.raises(InvalidInstancesError, match=r"row 1, column cores.*row 2, column name: 'big' is there twice"):
        save_instances(tmp_path, [replace(ONE, cores=0), ONE])


@pytest.mark.parametrize("content", ["[1]", "{", '[{"name": "a"}]', '[{"cores": "4"}]'])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(StoreError, match="is no price table"):
        load_instances(tmp_path)
