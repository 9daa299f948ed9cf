"""What a lost worker looks like to a Spark driver."""

from __future__ import annotations

from runner.training.exchange import PeerLostError

_RAISED = "Traceback (most recent call last)"
# What Python raises in a worker that lost another one, or its executor's JVM.
_BY_A_LOSS = ("PeerLostError", "EOFError", "BrokenPipeError", "ConnectionResetError", "ConnectionRefusedError")


def lost_worker(error: Exception) -> bool:
    """Whether a job failed as it does when an executor or a Python worker is lost, so that another try may help.

    What our own code raised in a task it will raise again; Spark names it with its traceback.
    """
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    if isinstance(error, PeerLostError):
        return True
    if not isinstance(error, Py4JJavaError | PySparkException):
        return False
    said = str(error)
    return _RAISED not in said or any(name in said for name in _BY_A_LOSS)
