"""Whoever holds the hub up is named; a busy machine is not blamed on the code."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import eventlet
import pytest

from plumbline.mesh import stalls as watching
from plumbline.mesh.metrics import HUB_STALLS
from plumbline.mesh.stalls import Stalls
from tests.harness.process import Process
from tests.harness.waiting import wait_for
from tests.mesh.outside.asking import block_the_hub

T = TypeVar("T")


@pytest.fixture
def stalls() -> Iterator[Stalls]:
    stalls = Stalls()
    stalls.start()
    yield stalls
    stalls.stop()


def a_driver_that_does_not_yield() -> None:
    block_the_hub(0.4)


def blocked_until(condition: Callable[[], T]) -> T:
    """Block again and again: where the machine is busy, one stall may not be told from waiting."""

    def block() -> T:
        a_driver_that_does_not_yield()
        eventlet.sleep(0.1)
        return condition()

    return wait_for(block, 30, "a stall is noticed")


def counted() -> float:
    return HUB_STALLS._value.get()


def test_code_that_blocks_is_named_with_its_length_and_stack(stalls: Stalls) -> None:
    eventlet.sleep(0.05)
    before = counted()
    stall = blocked_until(lambda: next(iter(stalls.seen), None))
    assert 0.1 < stall.seconds < 2
    assert "a_driver_that_does_not_yield" in stall.stack
    assert counted() == before + len(stalls.seen)


def test_a_stall_is_logged_with_its_stack(stalls: Stalls, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[tuple[str, dict]] = []

    class Log:
        def warning(self, event: str, **fields: object) -> None:
            lines.append((event, fields))

    monkeypatch.setattr(watching, "log", Log())
    event, fields = blocked_until(lambda: lines)[0]
    assert event == "hub_stalled" and "a_driver_that_does_not_yield" in fields["stack"]
    assert fields["seconds"] > 0.1


def test_greenlets_that_yield_are_no_stall(stalls: Stalls) -> None:
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        eventlet.sleep(0.01)
    assert [stall for stall in stalls.seen if "test_stalls" in stall.stack] == []


def test_waiting_for_a_processor_is_no_stall(stalls: Stalls, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the thread had only waited in the run queue: the gap is there, and all of it is the machine's."""
    eventlet.sleep(0.05)
    begun = time.monotonic()
    monkeypatch.setattr(stalls, "_waited_for_cpu", lambda: time.monotonic() - begun)
    eventlet.sleep(0.05)
    a_driver_that_does_not_yield()
    eventlet.sleep(0.1)
    assert list(stalls.seen) == []


def test_the_time_waited_for_a_processor_is_read_from_the_kernel(stalls: Stalls) -> None:
    assert len(stalls._schedstats) == 2
    first = stalls._waited_for_cpu()
    assert 0 <= first <= stalls._waited_for_cpu()


def test_where_the_kernel_does_not_say_it_every_gap_counts(stalls: Stalls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stalls, "_waited_for_cpu", lambda: 0.0)
    a_driver_that_does_not_yield()
    stall = wait_for(lambda: next(iter(stalls.seen), None), 5, "the stall is noticed")
    assert stall.seconds > 0.3


STARVED = """
import plumbline.mesh.green
import eventlet, json, os, sys, time
from plumbline.mesh.stalls import Stalls
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
rivals = [os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-c",
    f"import os, time\\nuntil = time.time() + 20\\nwhile time.time() < until and os.getppid() == {os.getpid()}: pass"])
    for _ in range(4)]
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
stalls = Stalls()
stalls.start()
late, last = 0, time.monotonic()
until = last + 10
while late < 0.3 and last < until:
    eventlet.sleep(0.02)
    now = time.monotonic()
    late, last = max(late, now - last - 0.02), now
eventlet.sleep(0.1)
print(json.dumps({"late": late, "blamed": [s.seconds for s in stalls.seen]}), flush=True)
for rival in rivals:
    os.kill(rival, 9)
"""


def test_a_starved_process_blames_no_code() -> None:
    with Process([sys.executable, "-c", STARVED]) as process:
        assert process.wait(60) == 0, process.log
        [line] = [line for line in process.log.splitlines() if line.startswith("{")]
    said = json.loads(line)
    assert said["late"] > 0.1, "the process was not starved, so nothing is shown"
    assert said["blamed"] == []
