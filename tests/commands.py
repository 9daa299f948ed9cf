"""Commands given inside this process: starting another one and importing everything costs more than most of them do."""

from __future__ import annotations

import contextlib
import io
import subprocess
from collections.abc import Callable, Sequence


def give(main: Callable[[Sequence[str]], int], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Give arguments to a package's `main`; return what a process would have left."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(arguments)
        except SystemExit as stopped:  # argparse
            status = int(stopped.code or 0)
    return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())
