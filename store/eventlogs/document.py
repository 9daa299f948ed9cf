"""docs/eventlogs.md: what is read from event logs, and a table of a folder of them.

python -m store.eventlogs.document FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from store.eventlogs.imports import preview
from store.eventlogs.table import markdown, table

_HEAD = """\
# Spark event logs

<!-- Made by `python -m store.eventlogs.document FOLDER`; a test compares. Change that module instead. -->

    python -m store logs LOG...                     what logs tell; nothing is stored
    python -m store import LOG... --application A --cluster C --sampling-rate 10

LOG is a file, the folder of a rolled log, a folder of logs, or a `.zip` or `.tar` of any of these. Spark 1.2 to 4.x;
plain, gzip, zstd, lz4, snappy and lzf, told by the first bytes and not by the name; rolled by Spark (`eventlog_v2_*`)
or by Databricks (`eventlog-*.gz` and `eventlog`); still written to (`.inprogress`), cut, or without an end. Events that
are not needed are skipped, so a log of a newer Spark or of a vendor reads as well.

Each attempt of an application is one run and one upload. The run's name is made from what happened, so the same log
adds nothing the second time, in whatever codec. Another copy of it, made while the application still ran, is refused
until the stored one is undone.

## What is taken from where

- `num_executors`: executors that registered. Where one left before the last job's end, where one came when more than
  half of the first one's time was over (a cluster that grew), or with dynamic allocation, each counts for the share of
  the jobs' time that it was there; `settings` keeps the exact average, and says `dynamic_allocation` where Spark was
  asked for it, as Amazon EMR does unless told otherwise.
- `executor_cores`, `total_cores`: of the largest executor, and over all, averaged as the executors are.
- `executor_memory_gb`: from the executors' resource profile, else `spark.executor.memory`. In local mode it is
  `spark.driver.memory`, for tasks run in the driver.
- `completion_time_s`: from the first `JobStart` to the last `JobEnd`, by the clock. Spark 1.2 logs neither time; there
  it is from the first stage's submission to the last one's completion.
- `status`: ok when every job succeeded; oom, failed or cancelled when one did not; failed when the log stops while a
  job runs. A log that stops between jobs, in the middle of a line or not, tells of those that it has. Where a part is
  missing and a job has no end, nobody knows, and the log is refused. Cancelled wins over failures that Spark repeated
  with success.
- `failure_kind`: by what Spark says of tasks and executors, empty when it does not say. An executor that runs out of
  memory is one failure, however many tasks and messages tell of it (`settings.failures`).
- tasks and executors: one row each, as in the run log format.

What no log knows is given: application, cluster, sampling rate (or both numbers of images), images per partition. So is
what this log does not say: it is never guessed, and the import names all of it. A run that is not ok has no time.

Models learn from runs in local mode, and from averages of executors that came and went, as from any other run: give
them a cluster of their own where they should not. Fits, reports and exports say how many of the runs they are.

## A set of logs

What these logs say, and what is to be said about them.

"""


def document(folder: Path) -> str:
    """Return the whole document, with the table of the logs in a folder."""
    return _HEAD + markdown(table(preview(folder)))


if __name__ == "__main__":
    print(document(Path(sys.argv[1])), end="")
