"""docs/run-log-format.md, made from the contract."""

from __future__ import annotations

from collections.abc import Sequence

from store.checking.headers import ALIASES
from store.runlog import COLUMNS, EXECUTOR_COLUMNS, TASK_COLUMNS, Column, template
from store.tables.limits import LIMITS

_HEAD = """\
# The run log format

<!-- Made by `python -m store format`; a test compares. Change store/runlog.py instead. -->

One row a run. The same names are the header of an uploaded CSV, the columns of the `runs` table and the
columns of data frames. Import a file with `python -m store import FILE`, or on the Runs page.

A table is CSV (any delimiter, UTF-8 or UTF-16), Parquet, JSON lines or a JSON list of objects, or an Excel
workbook; what is in the file decides, not its name. Its columns come in any order, under the names below or
their other names. A number may carry its unit (`8g`, `8192m`, `12 min`, `10%`), and so may a header
(`duration_ms`); there are no thousands separators, and the decimal mark is a point, or a comma where cells are
not separated by commas. An empty cell means that the value is not known. A file is taken as a whole or, when
anything in it is wrong, not at all (`--keep-good` takes the rows that are right); the same file or the same row
again adds nothing. `--dry-run` shows what would come of a file.

One file may have {bytes} GiB, {rows} rows, {columns} columns and {line} bytes a line.
"""

_OTHER_NAMES = """
## Other names

Case does not count, and neither does whether words are joined by a blank, a dot, a hyphen or an underscore. A
unit may follow, as in `completion time (min)` or `memory_mb`. A plain number under `spark.executor.memory` is
MiB, as Spark has it.

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
    parts = [
        _head(),
        "\n## Runs\n\n",
        _runs(),
        _OTHER_NAMES,
        _other_names(),
        _TEMPLATE.format(template=template()),
        _BESIDE,
    ]
    for name, columns in (("tasks", TASK_COLUMNS), ("executors", EXECUTOR_COLUMNS)):
        parts.append(f"\n### {name}\n\n{_beside(columns)}")
    return "".join(parts)


def _head() -> str:
    return _HEAD.format(
        bytes=LIMITS.file_bytes >> 30,
        rows=f"{LIMITS.rows:,}",
        columns=LIMITS.columns,
        line=f"{LIMITS.line_bytes:,}",
    )


def _other_names() -> str:
    rows = [[f"`{column}`", ", ".join(f"`{name}`" for name in names)] for column, names in ALIASES.items()]
    return _table(["column", "other names"], rows)


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
