"""Uploads that nobody should send: good ones with damage, tables of odd cells, event logs of odd events."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from store.runlog import NAMES
from tests.store.eventlogs.helpers import WRITERS, Event, exception, lines, removed, task, whole

NASTY = (
    "", " ", "NaN", "-1", "0", "1e308", "9" * 40, "inf", "8g", "12 min", "1,5", "'; DROP TABLE runs; --", "\x00",
    "<script>alert(1)</script>", "=1+1", "../../x", '"', "\n", "\ufeff", "\ud7ff", "2026-13-45", "{", "[[[[", "💥" * 40,
)  # fmt: skip
HEADERS = (*NAMES, "spark.executor.instances", "E_num", "C_num", "E_mem", "P_size", "SR (%)", "CT", "CT (min)", "note")
ROW: dict[str, Any] = {
    "application": "resnet50", "cluster": "lab", "num_executors": 4, "executor_cores": 2, "executor_memory_gb": 8.0,
    "sampling_rate_pct": 10.0, "completion_time_s": 123.5,
}  # fmt: skip
FRAME = pd.DataFrame([{**ROW, "repeat": number, "campaign": "c"} for number in range(20)])
EVENTS = whole(task(0, "0"), task(1, "1"), task(2, "1", exception("java.lang.OutOfMemoryError")), removed("1", 4))


def _csv(frame: pd.DataFrame, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(frame.columns)
    writer.writerows(frame.itertuples(index=False))
    return text.getvalue().encode(encoding, errors="replace")


def _json_lines(frame: pd.DataFrame) -> bytes:
    return "\n".join(json.dumps(row, default=str) for row in frame.to_dict(orient="records")).encode()


def _json_list(frame: pd.DataFrame) -> bytes:
    return json.dumps(frame.to_dict(orient="records"), default=str).encode()


def _parquet(frame: pd.DataFrame) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({str(name): _array(list(frame[name])) for name in frame.columns}), file)
    return file.getvalue()


def _array(cells: list[Any]) -> pa.Array:
    """A column of one type; of text where cells have several."""
    try:
        return pa.array(cells)
    except (pa.ArrowException, OverflowError):
        return pa.array([str(cell) for cell in cells])


def _excel(frame: pd.DataFrame) -> bytes:
    workbook, file = openpyxl.Workbook(), io.BytesIO()
    for row in [list(frame.columns), *frame.itertuples(index=False)]:
        workbook.active.append([_legal(cell) for cell in row])
    workbook.save(file)
    return file.getvalue()


def _legal(cell: Any) -> Any:
    """openpyxl does not write control characters; a damaged file may hold them."""
    return "".join(letter for letter in cell if letter >= " ")[:1000] if isinstance(cell, str) else cell


def _zip(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name or "x", content)
    return file.getvalue()


def _tar(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        info = tarfile.TarInfo(name or "x")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


TABLES: dict[str, Callable[[pd.DataFrame], bytes]] = {
    "csv": _csv,
    "semicolons": lambda frame: _csv(frame, ";"),
    "utf-16": lambda frame: _csv(frame, "\t", "utf-16"),
    "json lines": _json_lines,
    "json": _json_list,
    "parquet": _parquet,
    "excel": _excel,
}
LOG = lines(*EVENTS)
GOOD = {name: write(FRAME) for name, write in TABLES.items()}
GOOD |= {f"log {codec}": pack(LOG) for codec, pack in WRITERS.items()}
GOOD |= {"log zip": _zip("a/log", LOG), "log tar.gz": gzip.compress(_tar("log", LOG)), "log twice": LOG + LOG}


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Bytes with some taken out, put in, said again or cut off, anywhere alike."""
    dice = draw(st.randoms(use_true_random=True))  # hypothesis prefers the beginning, where every format has its name
    for _ in range(dice.choice((1, 1, 2, 3))):
        at = dice.randint(0, len(content))
        until = min(len(content), at + dice.choice((0, 1, 1, 2, 4, 8, 64, 1_000)))
        pieces = (dice.randbytes(dice.randint(0, 8)), dice.choice(NASTY).encode(), b"\xff" * 8, b"\x00", b"7")
        piece = dice.choice((*pieces, b"", content[at:until] * dice.randint(0, 500)))
        content = content[:at] + piece + (b"" if dice.randrange(10) == 0 else content[until:])
    return content


_good = st.integers(1, 50) | st.sampled_from(("ok", "8g", "1e2", "2026-01-31", "{}", "", None))
_cells = _good | _good | st.sampled_from(NASTY) | st.text(max_size=8) | st.integers() | st.floats() | st.booleans()


@st.composite
def _frames(draw: st.DrawFn) -> pd.DataFrame:
    """A table of runs with other columns and other cells here and there."""
    frame = (
        FRAME.head(draw(st.sampled_from((1, 2, 3, 0)))).astype(object).assign(repeat=draw(st.integers(0, 1_000_000)))
    )
    for header in draw(st.lists(st.sampled_from(HEADERS) | st.text(max_size=6), max_size=2)):
        frame[header] = [draw(_cells) for _ in range(len(frame))]
    return frame.drop(columns=draw(st.sampled_from(([], [], [], [str(frame.columns[-1])], [str(frame.columns[2])]))))


@st.composite
def _tables(draw: st.DrawFn) -> bytes:
    return TABLES[draw(st.sampled_from(sorted(TABLES)))](draw(_frames()))


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(NASTY),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def _logs(draw: st.DrawFn) -> bytes:
    """An event log with other values, events and order, in any codec, packed or not."""
    events: list[Event] = json.loads(json.dumps(EVENTS))
    for _ in range(draw(st.integers(0, 3))):
        _change(draw, draw(st.sampled_from([event for event in events if event])))
    if draw(st.booleans()):
        at = draw(st.integers(0, len(events) - 1))
        events[at:at] = draw(st.sampled_from(([], [events[at]] * 3, events[::-1], [{"Event": draw(_values)}])))
    content = draw(st.sampled_from(sorted(WRITERS)).map(WRITERS.get))(lines(*events))
    pack = draw(st.sampled_from((None, None, _zip, _tar)))
    return content if pack is None else pack(draw(st.sampled_from(("log", "../../x", "/etc/x", "a" * 200))), content)


def _change(draw: st.DrawFn, node: dict[str, Any]) -> None:
    """Put another value, or none, in the place of one somewhere in an event."""
    name = draw(st.sampled_from(sorted(node)))
    if isinstance(node[name], dict) and node[name] and draw(st.integers(0, 3)):
        _change(draw, node[name])
    elif draw(st.integers(0, 4)):
        node[name] = draw(_values)
    else:
        del node[name]


_spoilt = st.sampled_from(sorted(GOOD)).map(GOOD.__getitem__).flatmap(damaged)
uploads: st.SearchStrategy[bytes] = st.one_of(
    _spoilt, _tables(), _logs(), _tables().flatmap(damaged), _logs().flatmap(damaged)
)
