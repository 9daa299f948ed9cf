"""Event logs written event by event, and the codecs' writers."""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lz4.block
import pyarrow as pa
from backports import zstd

from store.eventlogs.application import Application
from store.eventlogs.codecs import Budget
from store.eventlogs.entries import of_path
from store.eventlogs.reading import found_logs, read_log
from store.eventlogs.run import LoggedRun, logged_run

BLOCK = 1000
Event = dict[str, Any]


def start(version: str = "4.3.0") -> Event:
    return {"Event": "SparkListenerLogStart", "Spark Version": version}


def environment(**settings: str) -> Event:
    properties = {f"spark.{name.replace('_', '.')}": value for name, value in settings.items()}
    return {"Event": "SparkListenerEnvironmentUpdate", "Spark Properties": properties}


def application(at: int = 1_000, attempt: str | None = None) -> Event:
    event = {"Event": "SparkListenerApplicationStart", "App Name": "job", "App ID": "app-1", "Timestamp": at}
    return event | ({"App Attempt ID": attempt} if attempt else {})


def ended(at: int) -> Event:
    return {"Event": "SparkListenerApplicationEnd", "Timestamp": at}


def added(name: str, at: int, cores: int = 2, profile: int = 0) -> Event:
    info = {"Host": "h", "Total Cores": cores, "Resource Profile Id": profile}
    return {"Event": "SparkListenerExecutorAdded", "Timestamp": at, "Executor ID": name, "Executor Info": info}


def removed(name: str, at: int, reason: str = "Executor killed by driver.") -> Event:
    return {"Event": "SparkListenerExecutorRemoved", "Timestamp": at, "Executor ID": name, "Removed Reason": reason}


def job(number: int, at: int, until: int | None, failure: str | None = None) -> list[Event]:
    begin = {"Event": "SparkListenerJobStart", "Job ID": number, "Submission Time": at}
    result = {"Result": "JobFailed", "Exception": {"Message": failure}} if failure else {"Result": "JobSucceeded"}
    end = {"Event": "SparkListenerJobEnd", "Job ID": number, "Completion Time": until, "Job Result": result}
    return [begin] if until is None else [begin, end]


def task(number: int, executor: str, reason: Event | None = None, at: int = 3_000, index: int | None = None) -> Event:
    info = {
        "Task ID": number,
        "Index": number if index is None else index,
        "Attempt": 0,
        "Executor ID": executor,
        "Launch Time": at,
        "Finish Time": at + 500,
    }
    end = {"Task End Reason": reason or {"Reason": "Success"}, "Task Info": info}
    return {"Event": "SparkListenerTaskEnd", "Stage ID": 0, "Stage Attempt ID": 0} | end


def exception(name: str, description: str = "") -> Event:
    return {"Reason": "ExceptionFailure", "Class Name": name, "Description": description}


def loss(reason: str) -> Event:
    return {"Reason": "ExecutorLostFailure", "Executor ID": "0", "Loss Reason": reason}


def lines(*events: Event) -> bytes:
    """The events as Spark writes them: no blanks, the name first."""
    return b"".join(json.dumps(event, separators=(",", ":")).encode() + b"\n" for event in events)


def whole(*inside: Event) -> list[Event]:
    """An application of two executors with 1 GiB and one job of 4.5 s."""
    begin, end = job(0, 3_000, 7_500)
    head = [start(), environment(executor_memory="1g", master="spark://h:7077"), application()]
    return [*head, added("0", 2_000), added("1", 2_500), begin, *inside, end, ended(8_000)]


def read(path: Path) -> Application:
    """Read the only log at `path`."""
    entries = of_path(path)
    budget = Budget(sum(entry.size for entry in entries))
    with found_logs(entries, budget) as logs:
        [log] = logs
        return read_log(log, Application(), budget)


def run_of(folder: Path, *events: Event) -> LoggedRun:
    """The run of an application that did this."""
    path = folder / "log"
    path.write_bytes(lines(*events))
    return logged_run(read(path))


def lz4_block(content: bytes) -> bytes:
    """As lz4-java's LZ4BlockOutputStream frames it, checksums left zero."""
    header = struct.Struct("<8sBIII")
    blocks = b""
    for at in range(0, len(content), BLOCK):
        plain = content[at : at + BLOCK]
        packed = lz4.block.compress(plain, store_size=False)
        method, data = (0x20, packed) if len(packed) < len(plain) else (0x10, plain)
        blocks += header.pack(b"LZ4Block", method | 6, len(data), len(plain), 0) + data
    return blocks + header.pack(b"LZ4Block", 0x10 | 6, 0, 0, 0)


def snappy_stream(content: bytes) -> bytes:
    """As snappy-java's SnappyOutputStream frames it."""
    codec = pa.Codec("snappy")
    blocks = [codec.compress(content[at : at + BLOCK], asbytes=True) for at in range(0, len(content), BLOCK)]
    return b"\x82SNAPPY\0" + struct.pack(">II", 1, 1) + b"".join(struct.pack(">I", len(b)) + b for b in blocks)


def lzf_stream(content: bytes) -> bytes:
    """As compress-lzf frames it: the chunks that do not shrink. Spark's own logs test the others."""
    parts = [content[at : at + BLOCK] for at in range(0, len(content), BLOCK)]
    return b"".join(b"ZV\0" + struct.pack(">H", len(part)) + part for part in parts)


def _zstd(content: bytes) -> bytes:
    return zstd.compress(content)


WRITERS: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "gzip": gzip.compress,
    "zstd": _zstd,
    "lz4": lz4_block,
    "snappy": snappy_stream,
    "lzf": lzf_stream,
}
