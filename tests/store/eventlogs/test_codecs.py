"""All codecs of Spark, whole, in several pieces, cut anywhere, damaged, and made to fill the machine."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from store.errors import EventLogError
from store.eventlogs import codecs
from store.eventlogs.codecs import Budget, Decoded
from store.eventlogs.framing import DamagedError, unpack_lzf
from tests.store.eventlogs.helpers import WRITERS, lines, read, task, whole

CONTENT = lines(*whole(*(task(number, str(number % 2)) for number in range(50))))
COMPRESSED = [name for name in WRITERS if name != "none"]


def decoded(packed: bytes) -> tuple[bytes, bool]:
    with Decoded(io.BytesIO(packed), Budget(len(packed))) as stream:
        return io.BufferedReader(stream).read(), stream.cut


@pytest.mark.parametrize("name", WRITERS)
def test_a_codec_is_told_by_its_first_bytes(tmp_path: Path, name: str) -> None:
    (tmp_path / "a name that says nothing").write_bytes(WRITERS[name](CONTENT))
    app = read(tmp_path)
    assert (app.codec, app.tasks_ended, app.completion_time_s, app.cut) == (name, 50, 4.5, False)


@pytest.mark.parametrize("name", COMPRESSED)
def test_streams_written_one_after_another_read_as_one(name: str) -> None:
    write, middle = WRITERS[name], len(CONTENT) // 3
    assert decoded(write(CONTENT[:middle]) + write(CONTENT[middle:])) == (CONTENT, False)


@pytest.mark.parametrize("name", COMPRESSED)
def test_what_was_written_before_the_cut_is_there(name: str) -> None:
    packed = WRITERS[name](CONTENT)
    for size in {*range(20, len(packed), 97), len(packed) - 1}:
        plain, cut = decoded(packed[:size])
        assert CONTENT.startswith(plain)
        # Between two chunks of snappy or lzf nothing tells that more was to come; the JSON does.
        assert cut or name in ("snappy", "lzf", "lz4")


def test_a_cut_log_counts_up_to_the_cut(tmp_path: Path) -> None:
    packed = WRITERS["lz4"](CONTENT)
    (tmp_path / "log").write_bytes(packed[: len(packed) * 3 // 4])
    app = read(tmp_path)
    assert app.cut
    assert 0 < app.tasks_ended < 50
    assert app.completion_time_s is None


@pytest.mark.parametrize("name", WRITERS)
def test_damage_is_an_error_or_shows_nothing_but_text(tmp_path: Path, name: str) -> None:
    random_bytes = random.Random(0)
    packed = WRITERS[name](CONTENT)
    outcomes = set()
    for number in range(60):
        content = bytearray(packed)
        for _ in range(3):
            content[random_bytes.randrange(len(content))] = random_bytes.randrange(256)
        path = tmp_path / f"{name}-{number}"
        path.write_bytes(content)
        try:
            outcomes.add(read(path).codec)
        except EventLogError as error:
            outcomes.add(str(error).partition(",")[0].partition(":")[0])
    assert len(outcomes) > 1, "some were refused, each by its name"
    assert all(outcome == name or outcome.startswith(f"{name}-") for outcome in outcomes)


def bomb(monkeypatch: pytest.MonkeyPatch, name: str, line: bytes) -> bytes:
    monkeypatch.setattr(Budget, "FLOOR", 1 << 20)
    monkeypatch.setattr(Budget, "RATIO", 3)
    return WRITERS[name](CONTENT + line * ((3 << 20) // len(line)))


@pytest.mark.parametrize("name", ["gzip", "zstd", "lz4"])
def test_what_expands_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / "log").write_bytes(bomb(monkeypatch, name, b'{"Event":"Skipped"}\n'))
    with pytest.raises(EventLogError, match=r"log, line .* unpacks to more than 3 times its size"):
        read(tmp_path)


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codecs, "LONGEST_LINE", 1 << 20)
    (tmp_path / "log").write_bytes(WRITERS["zstd"](CONTENT + b"\0" * (4 << 20)))
    with pytest.raises(EventLogError, match="a line is longer than 1 MiB"):
        read(tmp_path)


def test_blocks_that_lie_about_their_size_are_refused() -> None:
    packed = bytearray(WRITERS["lz4"](CONTENT))
    packed[13:17] = (999).to_bytes(4, "little")  # the first block has 1,000 bytes
    with pytest.raises(EventLogError, match="the lz4 data is damaged"):
        decoded(bytes(packed))
    with pytest.raises(EventLogError, match="the snappy data is damaged: a Snappy block larger"):
        decoded(WRITERS["snappy"](b"")[:16] + b"\x7f\xff\xff\xff")


@pytest.mark.parametrize(
    ("chunk", "plain"),
    [
        (b"\x04hello", b"hello"),
        (b"\x00a\xe0\x05\x00", b"a" * 15),  # a copy of 14 that reaches into itself, length in a byte of its own
        (b"\x02abc\x20\x02", b"abcabc"),
    ],
)
def test_lzf_copies(chunk: bytes, plain: bytes) -> None:
    assert unpack_lzf(chunk, len(plain)) == plain


@pytest.mark.parametrize("chunk", [b"\x20\x09", b"\x00a\x20\x05"])
def test_lzf_does_not_look_before_its_start(chunk: bytes) -> None:
    with pytest.raises(DamagedError, match="before its start"):
        unpack_lzf(chunk, 10)
