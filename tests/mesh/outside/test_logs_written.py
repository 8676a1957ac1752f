"""Log lines on their way out: a reader who stalls never stalls the process, and nothing is cut."""

import fcntl
import json
import os
import posix
import sys
import time
from collections.abc import Iterator

import pytest

from plumbline.mesh.logs_writer import Writer
from plumbline.mesh.metrics import LOG_LINES_DROPPED
from tests.harness.process import Process
from tests.mesh.outside.asking import Aside

F_SETPIPE_SZ = 1031


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    fcntl.fcntl(writing, F_SETPIPE_SZ, 4096)
    yield reading, writing
    os.close(reading)
    os.close(writing)


def read_exactly(descriptor: int, size: int) -> bytes:
    got = b""
    while len(got) < size:
        got += posix.read(descriptor, size - len(got))
    return got


def test_nobody_waits_for_a_reader_who_stalls(pipe: tuple[int, int]) -> None:
    writer = Writer(pipe[1])
    lines = [b"%06d" % number + b"x" * 93 + b"\n" for number in range(2000)]
    begun = time.monotonic()
    for line in lines:
        writer.write(line)
    assert time.monotonic() - begun < 1
    assert not writer.flush(0.05)
    aside = Aside(lambda: read_exactly(pipe[0], sum(map(len, lines))))
    assert writer.flush(20)
    assert aside.answer() == b"".join(lines)


def test_lines_beyond_the_bound_are_dropped_and_counted(pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Writer, "MOST_LINES", 50)
    writer = Writer(pipe[1])
    before = LOG_LINES_DROPPED._value.get()
    for _ in range(1000):
        writer.write(b"x" * 999 + b"\n")
    dropped = LOG_LINES_DROPPED._value.get() - before
    assert 0 < dropped < 1000
    aside = Aside(lambda: read_exactly(pipe[0], int(1000 - dropped) * 1000))
    assert writer.flush(20)
    assert len(aside.answer()) == (1000 - dropped) * 1000


def test_a_reader_who_went_away_ends_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    writer = Writer(writing)
    writer.write(b"into the void\n")
    assert writer.flush(5)
    os.close(writing)


def test_a_descriptor_that_would_block_is_tried_again(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[1], False)
    writer = Writer(pipe[1])
    for _ in range(20):
        writer.write(b"x" * 999 + b"\n")
    aside = Aside(lambda: read_exactly(pipe[0], 20_000))
    assert writer.flush(20)
    assert len(aside.answer()) == 20_000


TALKING = """
import plumbline.mesh.green
import os, warnings
from plumbline.mesh import logs
from plumbline.mesh.settings import load
logs.configure(load({}))
log = logs.get_logger("child")
for number in range(500):
    log.info("counted", number=number)
if os.fork() == 0:
    log.info("forked")
    logs.flush()
    os._exit(0)
os.wait()
warnings.warn("old ways")
phone = "13812345678"
raise LookupError("nobody at " + phone)
"""


def test_a_process_that_dies_of_an_exception_has_said_everything() -> None:
    with Process([sys.executable, "-c", TALKING]) as process:
        assert process.wait(60) == 1
        lines = [json.loads(line) for line in process.log.splitlines()]
    assert [line["number"] for line in lines if line["event"] == "counted"] == list(range(500))
    assert [line["event"] for line in lines[500:]] == ["forked", "library_message", "process_failed"]
    assert lines[-1]["level"] == "critical"
    assert "LookupError: nobody at ***" in lines[-1]["exception"]
