"""PySpark's daemon with TensorFlow in it: imported once an executor, before Python workers are forked.

PySpark imports nothing in its daemon, because a fork takes over no threads. Importing TensorFlow starts none of its own
(they come with its first operation, in the workers), and the one of pyarrow's allocator, jemalloc, is made for forks.
So the seconds of the import are spent once an executor, not once a core. That is for executors which have our code when
their daemon starts: those on this machine.
"""

from __future__ import annotations

import gc


def main() -> None:
    """Import what every worker needs, then serve Spark."""
    import keras  # noqa: F401 - and TensorFlow with it
    from pyspark.daemon import manager

    gc.freeze()  # the collector would touch, and so copy, every page that workers share
    manager()


if __name__ == "__main__":
    main()
