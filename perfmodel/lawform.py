"""What a smooth law of completion time can look like: its terms and exponents, and the steps between forms."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from perfmodel.features import FloatArray

EXPONENTS = tuple(twentieths / 20 for twentieths in range(6, 21))  # 0.3 to 1
# How work is usually shared: the exponents that predict left-out configurations best average 0.89 over the 27 public
# jobs of benchmarks/datasets.py and the paper (docs/decisions/0008).
USUAL_EXPONENT = 0.9
ROUNDING = 1e-9  # of a product that should be whole


class Rows(NamedTuple):
    """What a law sees of configurations, one array of shape (n_rows,) a field.

    Attributes
    ----------
    executors, cores : array
        Number of executors; cores of each.
    share : array
        Share of the data set, 1 for all of it.
    memory : array
        Memory of each executor in GiB.
    images : array
        Images a partition; NaN where nobody knows.
    dataset : array
        Images of the whole data set; NaN where nobody knows, or where partitions are no tasks.
    """

    executors: FloatArray
    cores: FloatArray
    share: FloatArray
    memory: FloatArray
    images: FloatArray
    dataset: FloatArray

    @property
    def knows_tasks(self) -> bool:
        """Whether the rows say how many tasks they have."""
        return bool(np.isfinite(self.dataset / self.images).all())

    @property
    def tasks(self) -> FloatArray:
        """Tasks of each row: its images in partitions, the last one perhaps not full."""
        return np.asarray(np.maximum(np.ceil(self.share * self.dataset / self.images - ROUNDING), 1), dtype=np.float64)

    @property
    def used(self) -> FloatArray:
        """Share of the cores that the work keeps busy, above 0 to 1: one that has no task left waits for the others."""
        cores = self.executors * self.cores
        images = self.share * self.dataset
        longest = np.minimum(np.ceil(self.tasks / cores - ROUNDING) * self.images, images)
        return np.asarray(images / (longest * cores), dtype=np.float64).clip(max=1)

    @property
    def memory_for_all(self) -> FloatArray:
        """Memory of all executors for each data set's worth of input, in GiB: half the data needs half of it."""
        return self.executors * self.memory / self.share


class Spill(NamedTuple):
    """Extra work where the data do not fit into memory, in GiB of `Rows.memory_for_all`.

    Attributes
    ----------
    kind : {"ramp", "share"}
        ``ramp``: all or nothing, with a slope (in log memory) between the two amounts that were seen on either side.
        ``share``: as much as does not fit, down to none at ``enough``.
    little, enough : float
        Below ``little`` everything spills (ramp only); from ``enough`` on nothing does.
    """

    kind: str
    little: float
    enough: float

    def of(self, memory: FloatArray) -> FloatArray:
        """Share of the extra work that each row does, 0 to 1."""
        if self.kind == "share":
            return np.maximum(1 - memory / self.enough, 0.0)
        slope = np.log(self.enough / memory) / np.log(self.enough / self.little)
        return np.asarray(np.clip(slope, 0.0, 1.0), dtype=np.float64)


class Form(NamedTuple):
    """Which terms a law has, and how fast its work shrinks.

    Attributes
    ----------
    executors_exponent, cores_exponent : float
        Work is shared by ``executors ** a * cores ** b``, each one of `EXPONENTS`; 1 is perfect sharing.
    serial : bool
        Work on the data that no cluster shrinks.
    contention : bool
        Work that executors share and the cores of one executor do not.
    overhead : bool
        Time that executors cost: each by itself, and each doubling (results that are combined in a tree).
    tasks : bool
        Work a partition, whatever its size.
    waves : bool
        A task keeps one core busy: with few of them, cores wait.
    spill : Spill or None
    scheduling : bool
        Time a partition that no cluster shortens: the driver begins tasks, and steps of a training, one by one.
    """

    executors_exponent: float = USUAL_EXPONENT
    cores_exponent: float = USUAL_EXPONENT
    serial: bool = False
    contention: bool = False
    overhead: bool = False
    tasks: bool = False
    spill: Spill | None = None
    waves: bool = False
    scheduling: bool = False  # last, as the laws of earlier releases do not have it

    def terms(self, rows: Rows) -> dict[str, FloatArray]:
        """The law's terms for ``rows``, each without its coefficient, all non-negative; ``work`` is the first."""
        by_executors = rows.share / rows.executors**self.executors_exponent
        work = by_executors / rows.cores**self.cores_exponent
        if self.waves:  # by the smaller exponent, so that more of either kind never costs time
            work = work / rows.used ** min(self.executors_exponent, self.cores_exponent)
        found = {"work": work, "start": np.ones_like(work)}
        if self.serial:
            found["serial"] = rows.share
        if self.contention:
            found["contention"] = by_executors
        if self.overhead:
            found["overhead"] = rows.executors
            found["coordination"] = np.log2(rows.executors)
        if self.tasks:
            found["tasks"] = work / rows.images
        if self.scheduling:
            found["scheduling"] = rows.share / rows.images
        if self.spill:
            found["spill"] = work * self.spill.of(rows.memory_for_all)
        return found

    def neighbours(self, rows: Rows) -> Iterator[Form]:
        """Forms one step away that ``rows`` can tell from this one."""
        yield from self._other_exponents(rows)
        yield from self.with_usual_term(rows)
        if not self.tasks and _varies(rows.images):
            yield self._replace(tasks=True)
        if rows.knows_tasks:
            yield self._replace(waves=not self.waves)
        yield from self._other_spills(rows)

    def with_usual_term(self, rows: Rows) -> Iterator[Form]:
        """This form with one more of the terms that are in nearly every job."""
        if not self.serial and _varies(rows.share):
            yield self._replace(serial=True)
        if not self.contention and _varies(rows.cores):
            yield self._replace(contention=True)
        if not self.overhead and _varies(rows.executors):
            yield self._replace(overhead=True)
        if not self.scheduling and _varies(rows.images):
            yield self._replace(scheduling=True)

    def _other_exponents(self, rows: Rows) -> Iterator[Form]:
        """Either exponent anywhere, or both by the same step."""
        executors, cores = EXPONENTS.index(self.executors_exponent), EXPONENTS.index(self.cores_exponent)
        for i, exponent in enumerate(EXPONENTS):
            together = cores + i - executors
            if 0 <= together < len(EXPONENTS):
                yield self._replace(executors_exponent=exponent, cores_exponent=EXPONENTS[together])
            if _varies(rows.cores):
                yield self._replace(executors_exponent=exponent)
                yield self._replace(cores_exponent=exponent)

    def _other_spills(self, rows: Rows) -> Iterator[Form]:
        """A threshold between any two neighbouring amounts of memory."""
        levels = np.unique(rows.memory_for_all)
        if len(levels) < 3:
            return
        for little, enough in pairwise(levels.tolist()):
            for kind in ("ramp", "share"):
                yield self._replace(spill=Spill(kind, little, enough))


def _varies(values: FloatArray) -> bool:
    return bool(values.min() < values.max())
