"""What the columns of a run say about each other: defaults, and conditions under which a row is wrong."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from store.runlog import BY_NAME, COLUMNS, Column

_EXPECTED = "sampling_rate_pct * dataset_images / 100.0"
_AT_LEAST_ONE = f"CASE WHEN {_EXPECTED} < 1 THEN 1 ELSE round_even({_EXPECTED}, 0)::BIGINT END"
DEFAULTS = {
    "status": "coalesce(status, 'ok')",
    "origin": "coalesce(origin, 'uploaded')",
    "total_cores": "coalesce(total_cores, num_executors * executor_cores)",
    "sampling_rate_pct": "coalesce(sampling_rate_pct, 100.0 * input_images / dataset_images)",
    "input_images": f"coalesce(input_images, {_AT_LEAST_ONE})",
}


@dataclass(frozen=True)
class Rule:
    """A condition that makes a row wrong.

    Parameters
    ----------
    column : str
        The column that is to blame.
    broken : str
        SQL over the run-log columns, defaults filled in, and wrong_NAME for cells that could not be read.
    message : str or None
        What is wrong and what to write instead; None when each cell has a complaint of its own.
    """

    column: str
    broken: str
    message: str | None


def rules(present: Set[str]) -> list[Rule]:
    """Return the rules for a file that has the columns `present`."""
    needed = [
        Rule(column.name, _absent(column.name), "is empty; every run needs it")
        for column in COLUMNS
        if column.needed == "yes" and column.name in present
    ]
    return needed + _rates(present) + _outcomes(present) + [_CORES]


def _absent(name: str) -> str:
    """The cell is empty, as opposed to wrong."""
    return f"{name} IS NULL AND NOT wrong_{name}"


_CORES = Rule(
    "total_cores",
    "(total_cores < num_executors + executor_cores - 1 OR total_cores > num_executors * executor_cores) "
    "AND NOT wrong_total_cores",
    "does not fit num_executors and executor_cores, the cores of the largest executor; "
    "leave it out when all executors have the same",
)


def _rates(present: Set[str]) -> list[Rule]:
    found = [
        Rule(name, _outside(BY_NAME[name]), f"follows from the others and is outside {BY_NAME[name].range}")
        for name in ("sampling_rate_pct", "input_images")
    ]
    if "sampling_rate_pct" in present or {"input_images", "dataset_images"} <= present:
        broken = f"{_absent('sampling_rate_pct')} AND NOT wrong_input_images AND NOT wrong_dataset_images"
        text = "is empty; give it, or both input_images and dataset_images"
        found.insert(0, Rule("sampling_rate_pct", broken, text))
    far = f"abs(input_images - {_EXPECTED}) > greatest(10, 0.2 * {_EXPECTED})"
    text = "does not fit input_images and dataset_images; it is in percent, so 10 is a tenth"
    return [*found, Rule("sampling_rate_pct", far, text)]


def _outside(column: Column) -> str:
    low = f"{column.name} {'<=' if column.above else '<'} {column.minimum}"
    return f"({low} OR {column.name} > {column.maximum})"


def _outcomes(present: Set[str]) -> list[Rule]:
    time, kind = "completion_time_s", "failure_kind"
    ok, ended_badly = "status = 'ok' AND NOT wrong_status", "status <> 'ok' AND NOT wrong_status"
    found = [
        Rule(
            time,
            f"{ended_badly} AND {time} IS NOT NULL",
            "must be empty unless the status is ok: a run that failed has no completion time",
        ),
        Rule(kind, f"{ok} AND {kind} IS NOT NULL", "must be empty when the status is ok"),
    ]
    if {time, "status"} & present:
        text = "is empty; a run whose status is ok needs it, in seconds"
        found.insert(0, Rule(time, f"{ok} AND {_absent(time)}", text))
    return found
