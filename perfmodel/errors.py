"""What can go wrong in perfmodel, in words a user can act on."""

from __future__ import annotations

from store.errors import SparkcastError


class PerfmodelError(SparkcastError):
    """Root of perfmodel's own errors."""


class NotEnoughRunsError(PerfmodelError):
    """The runs cannot support the model that was asked for; the message says what is missing."""


class UnknownNameError(PerfmodelError):
    """A scenario, technique or application that does not exist."""


class CannotPredictError(PerfmodelError):
    """A fitted model does not answer the question that was asked of it."""


class WorkerError(PerfmodelError):
    """Work that was given to other processes or to Spark did not come back."""

    exit_status = 1
