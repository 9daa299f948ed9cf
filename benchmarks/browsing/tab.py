"""A browser's tab without the browser: what it would send to a Streamlit server, and when the answer is complete."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Self
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

PATIENCE_S = 120
FIGURE = "plotly_chart"
ERRORS = ("exception",)


class Tab:
    """One session of an app. Widgets are found by their labels.

    Parameters
    ----------
    url : str
        Of the server, with the page's path and query.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        address = f"ws://{parts.netloc}/_stcore/stream"
        self._socket = connect(address, subprotocols=["streamlit"], max_size=None, open_timeout=PATIENCE_S)
        self._page, self._query = parts.path.strip("/"), parts.query
        self._states: dict[str, WidgetState] = {}
        self.widgets: dict[str, Any] = {}
        self._fragments: dict[str, str] = {}
        self.figures: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def open(self) -> tuple[float, float]:
        """Show the page; returns seconds to the last figure, and until the server was done."""
        return self._run("")

    def move(self, label: str, value: float) -> tuple[float, float]:
        """Let go of a slider at a value; returns seconds to the last figure, and until the server was done."""
        return self._set(label, double_array_value={"data": [value]})

    def count(self, label: str, value: int) -> tuple[float, float]:
        """Type a whole number; returns as `move`."""
        return self._set(label, int_value=value)

    def choose(self, label: str, values: Sequence[str]) -> tuple[float, float]:
        """Choose several of a list; returns as `move`."""
        return self._set(label, string_array_value={"data": list(values)})

    def _set(self, label: str, **value: Any) -> tuple[float, float]:
        widget = self.widgets[label]
        self._states[label] = WidgetState(id=widget.id, **value)
        return self._run(self._fragments[label])

    def _run(self, fragment: str) -> tuple[float, float]:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_name, state.fragment_id = self._query, self._page, fragment
        state.widget_states.widgets.extend(self._states.values())
        self.figures, figure_s = [], float("nan")
        started = time.perf_counter()
        self._socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg.FromString(self._socket.recv(timeout=PATIENCE_S))
            kind = answer.WhichOneof("type")
            if kind == "delta" and self._note(answer):
                figure_s = time.perf_counter() - started
            if kind == "script_finished" and answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return figure_s, time.perf_counter() - started

    def _note(self, answer: ForwardMsg) -> bool:
        """Remember a widget, and say whether this is a figure."""
        element = answer.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise RuntimeError(f"the page failed: {element.exception.message}")
        shown = getattr(element, kind) if kind else None
        if getattr(shown, "id", "") and getattr(shown, "label", ""):
            self.widgets[shown.label], self._fragments[shown.label] = shown, answer.delta.fragment_id
        if kind == FIGURE:
            self.figures.append(element.plotly_chart.spec)
        return kind == FIGURE
