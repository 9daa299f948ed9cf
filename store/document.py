"""docs/run-log-format.md, made from the contract."""

from __future__ import annotations

from collections.abc import Sequence

from store.runlog import COLUMNS, EXECUTOR_COLUMNS, TASK_COLUMNS, Column, template

_HEAD = """\
# The run log format

<!-- Made by `python -m store format`; a test compares. Change store/runlog.py instead. -->

One row a run. The same names are the header of an uploaded CSV, the columns of the `runs` table and the
columns of data frames. Import a file with `python -m store import FILE`, or on the Runs page.

A CSV file is UTF-8, its first line names the columns in any order, and its cells are separated by comma,
semicolon or tab. Numbers are plain (`8`, `0.5`): no units, no thousands separators, a decimal point. An
empty cell means that the value is not known. A file is taken as a whole or, when anything in it is wrong,
not at all; the same file or the same row again adds nothing.
"""

_TEMPLATE = """
## Template

`python -m store format --template` prints it:

```csv
{template}```
"""

_BESIDE = """
## Tasks and executors

Read from Spark event logs, never uploaded as CSV. All but run_id may be missing.
"""


def markdown() -> str:
    """Return the whole document."""
    parts = [_HEAD, "\n## Runs\n\n", _runs(), _TEMPLATE.format(template=template()), _BESIDE]
    for name, columns in (("tasks", TASK_COLUMNS), ("executors", EXECUTOR_COLUMNS)):
        parts.append(f"\n### {name}\n\n{_beside(columns)}")
    return "".join(parts)


def _runs() -> str:
    head = ["column", "type", "unit", "allowed", "needed in an upload", "meaning"]
    rows = [[f"`{c.name}`", c.type, c.unit, c.range, c.needed, c.description] for c in COLUMNS]
    return _table(head, rows)


def _beside(columns: Sequence[Column]) -> str:
    rows = [[f"`{c.name}`", c.type, c.unit, c.description] for c in columns]
    return _table(["column", "type", "unit", "meaning"], rows)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
