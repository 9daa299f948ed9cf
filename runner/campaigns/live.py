"""Lines at the bottom of a terminal that change in place while others scroll past above them."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from typing import TextIO

_REFRESH_S = 1.0


class LiveBlock:
    """A few lines that are drawn again every second, and after everything that is written above them.

    Parameters
    ----------
    stream : TextIO
        A terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines: Callable[[], list[str]] = list
        self._drawn = 0
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._refresh, daemon=True)

    def show(self, lines: Callable[[], list[str]]) -> None:
        """Show what `lines` returns, now and from now on; it is asked again at every refresh."""
        with self._lock:
            self._lines = lines
            self._redraw()
        if not self._thread.is_alive() and not self._closed.is_set():
            self._thread.start()

    def write(self, text: str) -> None:
        """Write lines above the block."""
        with self._lock:
            self._redraw(text)

    def close(self) -> None:
        """Take the block away."""
        self._closed.set()
        self.show(list)

    def _refresh(self) -> None:
        while not self._closed.wait(_REFRESH_S):
            with self._lock:
                self._redraw()

    def _redraw(self, above: str = "") -> None:
        width = shutil.get_terminal_size().columns - 1  # a full line would wrap, and the way back up be wrong
        lines = [line[:width] for line in self._lines()]
        back = f"\x1b[{self._drawn}A" if self._drawn else ""
        self._stream.write(f"{back}\r\x1b[J{above}" + "".join(f"{line}\n" for line in lines))
        self._stream.flush()
        self._drawn = len(lines)
