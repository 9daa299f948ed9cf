"""What a set of event logs says, a line a log: for the command, and for docs/eventlogs.md."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from store.eventlogs.imports import Preview, Refused

COLUMNS = (
    "log",
    "spark_version",
    "codec",
    "num_executors",
    "executor_cores",
    "executor_memory_gb",
    "tasks",
    "completion_time_s",
    "status",
    "remarks",
)
_OF_THE_RUN = ("spark_version", "num_executors", "executor_cores", "executor_memory_gb", "completion_time_s", "status")


def table(previews: Sequence[Preview | Refused]) -> pd.DataFrame:
    """Return one row a log, with `COLUMNS`; missing is what its log does not say."""
    return pd.DataFrame([_row(one) for one in previews], columns=list(COLUMNS), dtype=object)


def _row(one: Preview | Refused) -> dict[str, object]:
    if isinstance(one, Refused):
        return {"log": one.name, "status": "refused", "remarks": one.reason.removeprefix(f"{one.name}: ")}
    run = one.run
    values: dict[str, object] = {name: run.row[name] for name in _OF_THE_RUN}
    values |= {"log": one.name, "codec": one.codec, "tasks": run.tasks}
    if run.refusal is not None:
        return values | {"status": "refused", "remarks": run.refusal}
    unknown = [f"not in the log: {', '.join(run.unknown)}"] if run.unknown else []
    return values | {"remarks": "; ".join([*run.notes, *unknown])}


def markdown(frame: pd.DataFrame) -> str:
    """Return the table as Markdown, an empty cell for what is missing."""
    lines = [list(frame.columns), ["---"] * len(frame.columns)]
    lines += [[_cell(value) for value in row] for row in frame.itertuples(index=False)]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _cell(value: object) -> str:
    if value is None or value != value:  # NaN
        return ""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")
