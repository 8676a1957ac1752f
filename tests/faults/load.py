"""Clients that act all the time and remember what they were told of each act."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

import eventlet

from plumbline.mesh.errors import Refused, RemoteFault, TimedOut, Unavailable, UnknownService
from plumbline.mesh.runtime import Runtime
from plumbline.mesh.settings import Settings
from tests.mesh.town.town import PARTIES

DEADLINE_S = 2.0
#: How much later than its deadline a call may end, on a machine that is busy with other things.
TOLERANCE_S = 1.5
#: How often the client process sees whether it is held up.
TICK_S = 0.02
#: A caller's pause between two acts: a machine that is busy with the load alone would start nothing else in time.
PAUSE_S = 0.1
#: How many events one act says; all of them or none.
TIMES = 2


@dataclass
class Told:
    """What the clients were told: acts that were done, were not, or may have been."""

    done: set[str] = field(default_factory=set)
    undone: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    shared_done: Counter[str] = field(default_factory=Counter)
    shared_unknown: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    longest_s: float = 0.0
    silence_s: float = 0.0

    @property
    def nobody_knows(self) -> int:
        """How many acts may have been done."""
        return len(self.unknown) + self.shared_unknown.total()

    @property
    def items(self) -> set[str]:
        """Every item that one client alone acted on."""
        return self.done | self.undone | self.unknown


class Load:
    """Several clients with several callers each; every fifth act changes an item that all of them change."""

    def __init__(self, settings: Settings, clients: int = 2, callers: int = 4) -> None:
        self.told, self.name = Told(), uuid.uuid4().hex[:6]
        self._stopping = False
        self._last_done = time.monotonic()
        self._held_up_s = 0.0
        self._ticker = eventlet.spawn(self._tick)
        self._runtimes = [Runtime(f"client-{number}", settings, PARTIES) for number in range(clients)]
        for runtime in self._runtimes:
            runtime.start()
        for runtime in self._runtimes:
            assert runtime.outgoing.wait_up(20) and runtime.incoming.wait_up(20)
        self._callers = [
            eventlet.spawn(self._act, runtime, f"{self.name}-{client}-{caller}", caller)
            for client, runtime in enumerate(self._runtimes)
            for caller in range(callers)
        ]

    def _tick(self) -> None:
        """Add up for how long nothing ran in this process: that is the machine's fault, or the test's, not a call's."""
        while True:
            began = time.monotonic()
            eventlet.sleep(TICK_S)
            self._held_up_s += max(time.monotonic() - began - 2 * TICK_S, 0.0)

    def _act(self, runtime: Runtime, caller: str, number: int) -> None:
        while not self._stopping:
            number += 1
            shared = number % 5 == 0
            item = f"{self.name}-shared-{number % 3}" if shared else f"{caller}-{number}"
            began, held_up = time.monotonic(), self._held_up_s
            done, undone, unknown = self._lists(item, shared=shared)
            try:
                runtime.client.call("speaker", "add", {"id": item, "times": TIMES}, DEADLINE_S)
                done()
                self._note_done()
            except (Unavailable, UnknownService, Refused):
                undone()
                eventlet.sleep(0.05)
            except TimedOut:
                unknown()
            except RemoteFault as error:
                self.told.faults.append(str(error))
            took = time.monotonic() - began - (self._held_up_s - held_up)
            self.told.longest_s = max(self.told.longest_s, took)
            eventlet.sleep(PAUSE_S)

    def _lists(self, item: str, *, shared: bool):
        told = self.told
        if shared:
            return lambda: told.shared_done.update([item]), lambda: None, lambda: told.shared_unknown.update([item])
        return (lambda: told.done.add(item)), (lambda: told.undone.add(item)), (lambda: told.unknown.add(item))

    def _note_done(self) -> None:
        now = time.monotonic()
        self.told.silence_s = max(self.told.silence_s, now - self._last_done)
        self._last_done = now

    def run(self, seconds: float) -> None:
        """Let it act for a while."""
        eventlet.sleep(seconds)

    def until_done(self, more: int = 40, seconds: float = 60) -> None:
        """Let it act until so many more acts were done."""
        wanted = len(self.told.done) + more
        late = AssertionError(f"fewer than {more} more acts were done within {seconds} s: {self._counts()}")
        with eventlet.Timeout(seconds, late):
            while len(self.told.done) < wanted:
                eventlet.sleep(0.02)

    def _counts(self) -> str:
        told = self.told
        return f"done {len(told.done)}, undone {len(told.undone)}, unknown {len(told.unknown)}, {told.faults[:3]}"

    def stop(self) -> Told:
        """End, each caller after the act it is at."""
        self._stopping = True
        for caller in self._callers:
            caller.wait()
        for runtime in self._runtimes:
            runtime.drain(1)
            runtime.close()
        self._ticker.kill()
        return self.told
