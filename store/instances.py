"""The machines that can be rented, with price, currency, date and source of each: a table that the user keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from store.errors import Problem, StoreError
from store.files import write_durably
from store.names import check_name

FILE = "instances.json"
MOST = 1_000
LONGEST_SOURCE = 500
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Instance:
    """One kind of machine.

    Parameters
    ----------
    name : str
        Instance type.
    cores : int
        That executors may use.
    memory_gb : float
        That executors may use, GiB.
    price_per_hour : float
        Of one machine, in `currency`.
    currency : str
        ISO 4217 code.
    source : str
        Where the price is from.
    priced_on : str
        Date of the price, ISO 8601.
    """

    name: str
    cores: int
    memory_gb: float
    price_per_hour: float
    currency: str
    source: str
    priced_on: str


# Round figures to start from, nobody's quotation: 0.05 a core and 0.005 a GiB and hour.
EXAMPLES = tuple(
    Instance(f"example-{cores}x{memory}", cores, float(memory), round(0.05 * cores + 0.005 * memory, 3), "USD",
             "round example, nobody's quotation", "2026-01-01")
    for cores, memory in ((4, 16), (8, 32), (16, 64))
)  # fmt: skip


class InvalidInstancesError(StoreError):
    """A price table that cannot be kept; the message names every problem by row and column."""


def load_instances(home: Path) -> list[Instance]:
    """Return the table of a home; the examples where none was kept yet.

    Raises
    ------
    StoreError
        When the file is not one that `save_instances` wrote.
    """
    path = home / FILE
    try:
        found = [Instance(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
        _check(found)
    except FileNotFoundError:
        return list(EXAMPLES)
    except (ValueError, TypeError) as error:
        raise StoreError(f"{path} is no price table; correct it or delete it") from error
    return found


def save_instances(home: Path, instances: Sequence[Instance]) -> None:
    """Keep a table, in place of the one before.

    Raises
    ------
    InvalidInstancesError
        With every problem; then nothing is changed.
    """
    _check(instances)
    content = json.dumps([asdict(one) for one in instances], indent=1, ensure_ascii=False)
    write_durably(home / FILE, content.encode())


def _check(instances: Sequence[Instance]) -> None:
    problems = [problem for row, one in enumerate(instances, start=1) for problem in _problems(row, one)]
    names = [one.name for one in instances]
    problems += [
        Problem(row, "name", f"{name!r} is there twice; call it differently")
        for row, name in enumerate(names, start=1)
        if name in names[: row - 1]
    ]
    if len(instances) > MOST:
        problems.append(Problem(None, None, f"{len(instances):,} machines; keep at most {MOST:,}"))
    if problems:
        said = "; ".join(problem.describe("row") for problem in problems)
        raise InvalidInstancesError(f"price table: {said}")


def _problems(row: int, one: Instance) -> list[Problem]:
    found = []
    try:
        check_name("machine", one.name)
    except StoreError as error:
        found.append(Problem(row, "name", str(error)))
    for column, value, least in (("cores", one.cores, 1), ("memory_gb", one.memory_gb, 0.5)):
        if not least <= value < 1e6:
            found.append(Problem(row, column, f"must be at least {least:g}, not {value}"))
    if not 0 <= one.price_per_hour < 1e9:
        found.append(Problem(row, "price_per_hour", f"must be zero or more, not {one.price_per_hour}"))
    if not _CURRENCY.fullmatch(one.currency):
        found.append(Problem(row, "currency", f"must be an ISO 4217 code like USD, not {one.currency!r}"))
    if not 0 < len(one.source.strip()) <= LONGEST_SOURCE:
        found.append(Problem(row, "source", "say where the price is from"))
    if not _is_date(one.priced_on):
        found.append(Problem(row, "priced_on", f"must be a date like 2026-01-31, not {one.priced_on!r}"))
    return found


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
