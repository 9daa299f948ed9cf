"""Which failed jobs are tried again: errors as Spark words them."""

from __future__ import annotations

import pytest
from pyspark.errors import PythonException

from runner.jobs.failures import lost_worker
from runner.training.exchange import PeerLostError

RAISED = """An exception was thrown from the Python worker: Traceback (most recent call last):
  File "worker.py", line 4327, in invoke_udf
    run_process()
"""


@pytest.mark.parametrize(
    "said",
    [
        "Lost task 0.3 in stage 2.0 (TID 16): Python worker exited unexpectedly (crashed). Consider setting ...",
        "ExecutorLostFailure (executor 1 exited caused by one of the running tasks)",
        RAISED + "runner.training.exchange.PeerLostError: a worker of this pass closed its connection",
        RAISED + "EOFError",
        RAISED + "BrokenPipeError: [Errno 32] Broken pipe",
    ],
)
def test_a_lost_executor_or_worker_is_worth_another_try(said: str) -> None:
    assert lost_worker(PythonException(said))


def test_a_task_that_hangs_is_worth_another_try() -> None:
    assert lost_worker(PeerLostError("worker 1 did not answer within 60 s of the others"))


@pytest.mark.parametrize(
    "error",
    [
        PythonException(RAISED + "runner.training.gpu.NoGpuError: TensorFlow finds no GPU in a worker"),
        PythonException(RAISED + "FileNotFoundError: [Errno 2] No such file or directory: 'data_batch_1.bin'"),
        ZeroDivisionError("an epoch without images"),
    ],
)
def test_what_would_be_raised_again_ends_at_once(error: Exception) -> None:
    assert not lost_worker(error)
