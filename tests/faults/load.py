"""Clients that act all the time and remember what they were told of each act."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

import eventlet

from plumbline.mesh.errors import RemoteFault, TimedOut, Unavailable, UnknownService
from plumbline.mesh.runtime import Runtime
from plumbline.mesh.settings import Settings
from tests.mesh.town.town import PARTIES

DEADLINE_S = 2.0
#: How much later than its deadline a call may end, on a machine that is busy with other things.
TOLERANCE_S = 1.5


@dataclass
class Told:
    """What the clients were told: acts that were done, were not, or may have been."""

    done: set[str] = field(default_factory=set)
    undone: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    shared: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    longest_s: float = 0.0
    last_done: float = 0.0


class Load:
    """Several clients; each act adds an item nobody else adds, every fifth one changes an item all of them change."""

    def __init__(self, settings: Settings, clients: int = 8) -> None:
        self.told = Told()
        self._runtime = Runtime("driver", settings, PARTIES)
        self._stopping = False
        self._runtime.start()
        assert self._runtime.outgoing.wait_up(20) and self._runtime.incoming.wait_up(20)
        self._clients = [eventlet.spawn(self._act, number) for number in range(clients)]

    def _act(self, client: int) -> None:
        number = 0
        while not self._stopping:
            number += 1
            shared = number % 5 == 0
            self._one(f"shared-{number % 3}" if shared else f"own-{client}-{number}", shared=shared)
            eventlet.sleep(0.005)

    def _one(self, item: str, *, shared: bool) -> None:
        told, began = self.told, time.monotonic()
        try:
            count = self._runtime.client.call("speaker", "add", {"id": item}, DEADLINE_S)["count"]
            told.last_done = time.monotonic()
            if shared:
                told.shared[item] = max(told.shared[item], count)
            else:
                told.done.add(item)
        except (Unavailable, UnknownService):
            told.undone.add(item) if not shared else None
            eventlet.sleep(0.05)
        except TimedOut:
            told.unknown.add(item) if not shared else None
        except RemoteFault as error:
            told.faults.append(str(error))
        told.longest_s = max(told.longest_s, time.monotonic() - began)

    def run(self, seconds: float) -> None:
        """Let it act for a while."""
        eventlet.sleep(seconds)

    def until_done(self, more: int, seconds: float = 40) -> None:
        """Let it act until so many more acts were done."""
        wanted = len(self.told.done) + more
        with eventlet.Timeout(
            seconds, AssertionError(f"only {len(self.told.done)} of {wanted} acts within {seconds} s")
        ):
            while len(self.told.done) < wanted:
                eventlet.sleep(0.02)

    def stop(self) -> Told:
        """End, each client after the act it is at."""
        self._stopping = True
        for client in self._clients:
            client.wait()
        self._runtime.drain(1)
        self._runtime.close()
        return self.told
