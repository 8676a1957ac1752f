"""Notices when one piece of code keeps everything else in the process waiting, and says which."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import eventlet
from eventlet import patcher

from plumbline.mesh.logs import get_logger
from plumbline.mesh.metrics import HUB_STALL_SECONDS, HUB_STALLS

log = get_logger(__name__)
_threading: Any = patcher.original("threading")
_sleep: Any = patcher.original("time").sleep


@dataclass(frozen=True)
class Stall:
    """How long the hub did nothing else, and what it was doing (empty where the interpreter was held as well)."""

    seconds: float
    stack: str


class Stalls:
    """A greenlet that ticks, and a real thread that looks at the hub's stack when the ticks stay away.

    Time in which the hub's thread only waited for a processor is not counted: that is the machine, not the code. Nor is
    time in which the watching thread waited for one, for it may have held the interpreter meanwhile.
    """

    FRAMES = 25

    def __init__(self, limit_s: float = 0.1, tick_s: float = 0.02) -> None:
        self.limit_s, self.tick_s = limit_s, tick_s
        self.seen: deque[Stall] = deque(maxlen=100)
        self._running = False
        self._ticked = self._waited = 0.0
        self._schedstats: list[int] = []
        self._caught: tuple[float, traceback.StackSummary] | None = None

    def start(self) -> None:
        """Begin to watch the thread that calls this."""
        self._hub, self._running, self._ticked = _threading.get_ident(), True, time.monotonic()
        self._watcher = _threading.Thread(target=self._watch, name="stalls", daemon=True)
        self._watcher.start()
        self._schedstats = _open(_threading.get_native_id(), self._watcher.native_id)
        self._waited, self._ticked = self._waited_for_cpu(), time.monotonic()
        self._ticker = eventlet.spawn(self._tick)

    def stop(self) -> None:
        """Watch no more."""
        if self._running:
            self._running = False
            self._ticker.kill()
            self._watcher.join(1.0)
            while self._schedstats:
                os.close(self._schedstats.pop())

    def _tick(self) -> None:
        while True:
            eventlet.sleep(self.tick_s)
            gap = time.monotonic() - self._ticked - self.tick_s
            waited = self._waited_for_cpu()
            if gap > self.limit_s:
                self._judge(gap - (waited - self._waited))
            self._ticked, self._waited = time.monotonic(), waited

    def _judge(self, seconds: float) -> None:
        if seconds <= self.limit_s:
            return
        caught = self._caught
        stack = "".join(caught[1].format()) if caught is not None and caught[0] == self._ticked else ""
        self.seen.append(Stall(seconds, stack))
        HUB_STALLS.inc()
        HUB_STALL_SECONDS.inc(seconds)
        log.warning("hub_stalled", seconds=round(seconds, 3), stack=stack)

    def _waited_for_cpu(self) -> float:
        return sum(int(os.pread(file, 100, 0).split()[1]) for file in self._schedstats) / 1e9

    def _watch(self) -> None:
        while self._running:
            _sleep(self.limit_s / 2)
            ticked = self._ticked
            late = time.monotonic() - ticked > self.limit_s
            if late and (self._caught is None or self._caught[0] != ticked):
                frame = sys._current_frames().get(self._hub)
                if frame is not None:
                    steps = traceback.walk_stack(frame)
                    stack = traceback.StackSummary.extract(steps, limit=self.FRAMES, lookup_lines=False)
                    stack.reverse()
                    self._caught = (ticked, stack)


def _open(*threads: int) -> list[int]:
    """Where the kernel says how long each thread waited for a processor; nothing where it does not say it."""
    with suppress(OSError):
        return [os.open(f"/proc/self/task/{thread}/schedstat", os.O_RDONLY | os.O_CLOEXEC) for thread in threads]
    return []
