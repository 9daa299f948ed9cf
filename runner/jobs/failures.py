"""What a lost worker looks like to a Spark driver."""

from __future__ import annotations


def job_failures() -> tuple[type[Exception], ...]:
    """Return the exceptions that a job raises whose tasks failed."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    return Py4JJavaError, PySparkException
