"""What the runner says when it cannot go on."""

from __future__ import annotations

from store.errors import SparkcastError


class RunnerError(SparkcastError):
    """A request that cannot be carried out; the message says why and what to do."""


class BusyError(RunnerError):
    """Another campaign is measuring with the same home."""

    exit_status = 1


class JavaMissingError(RunnerError):
    """No Java that runs Spark 4 was found."""

    exit_status = 1
