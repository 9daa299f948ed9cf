"""A run's name: a UUID made from its content, so that the same row twice is one run."""

from __future__ import annotations

import uuid

from store.runlog import BY_NAME, Column

NAMESPACE = uuid.UUID("6f6d1f0e-3b0c-5f3a-9d55-6a7f0b1c2d3e")  # of names that are made from something else
# What follows each value. Never to be changed: uploads of the past are recognised by it. A column that is added later
# gets a letter of its own, and has to be left out with its letter where it is missing, so that it changes no identity.
LETTERS = {
    "application": "a",
    "cluster": "b",
    "num_executors": "c",
    "executor_cores": "d",
    "total_cores": "e",
    "executor_memory_gb": "f",
    "images_per_partition": "g",
    "sampling_rate_pct": "h",
    "input_images": "i",
    "dataset_images": "j",
    "completion_time_s": "k",
    "status": "l",
    "failure_kind": "m",
    "started_at": "n",
    "spark_version": "o",
    "campaign": "p",
    "repeat": "q",
    "settings": "r",
}


def content_id(table: str) -> str:
    """Return SQL for the UUID of a row's content: all columns but run_id and origin.

    It is the MD5 of all values, each followed by its letter and the unit separator (0x1F), which no value may hold; a
    missing value is empty. Equal values look equal: 10, 10.0 and 1e1 are one number, to 12 digits. MD5 is what SQL has
    that is fast; nothing here needs to withstand an attacker, who could as well choose the run_id.

    Parameters
    ----------
    table : str
        A table of ours with the run-log columns, typed.
    """
    pieces = (
        f"{_canonical(BY_NAME[name], f'{table}.{name}')}, '{letter}' || chr(31)" for name, letter in LETTERS.items()
    )
    return f"md5(concat({', '.join(pieces)}))::UUID"


def _canonical(column: Column, value: str) -> str:
    if column.type == "float":
        return f"CASE WHEN {value} = trunc({value}) THEN {value}::BIGINT::VARCHAR ELSE format('{{:.12g}}', {value}) END"
    if column.type == "timestamp":
        return f"epoch_us({value})"
    return f"nullif({value}::VARCHAR, '{{}}')" if column.type == "json" else f"{value}::VARCHAR"
