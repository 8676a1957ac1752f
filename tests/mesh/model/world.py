"""Two services of the real kernel on SQLite, with everything between them in the hands of the machine."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from plumbline.mesh.claims import ClaimLoop
from plumbline.mesh.events.applying import InboxClaim, Listener
from plumbline.mesh.events.catchup import CatchUp
from plumbline.mesh.events.receiver import Receiver
from plumbline.mesh.events.relay import Relay
from plumbline.mesh.events.sending import events_after
from plumbline.mesh.storage.database import Database
from plumbline.mesh.storage.migrate import migrate
from plumbline.mesh.storage.work import OpenWork
from tests.mesh.model.breaking import Clock, FragileDatabase
from tests.mesh.model.broker import Broker, Confirms
from tests.mesh.town import hearer, speaker, wire

STORAGES = {"speaker": speaker.STORAGE, "hearer": hearer.STORAGE}
ATTEMPTS = 3
ITEMS = ("a", "b")


class Broken(Exception):
    """What a listener raises when the machine wants it to."""


def make_databases(folder: Path) -> None:
    """Empty databases of both services, to be copied for every run."""
    for name, storage in STORAGES.items():
        database = Database(f"sqlite:///{folder / name}.db")
        migrate(database, storage)
        database.close()


class World:
    """What there is; what was said and done is noted beside it, so that it can be compared."""

    def __init__(self, templates: Path, folder: Path, clock: Clock) -> None:
        for name in STORAGES:
            shutil.copy(templates / f"{name}.db", folder)
        self.clock = clock
        self.speaker, self.hearer = (FragileDatabase(folder / f"{name}.db") for name in STORAGES)
        self.broker = Broker()
        self.said: dict[str, list[str]] = defaultdict(list)
        self.to_fail: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.discarded: set[tuple[str, int]] = set()
        self.in_effect: Callable[[], None] = lambda: None
        self.office: Relay | None = None
        self.outbox_seen: list[tuple] = []
        self.relays = [self._relay(), self._relay()]
        self.start_hearer()

        self._eyes = {name: sqlite3.connect(folder / f"{name}.db") for name in STORAGES}

    def close(self) -> None:
        for open_one in (self.speaker, self.hearer, *self._eyes.values()):
            open_one.close()

    def see(self, service: str, query: str, *values: Any) -> list[tuple]:
        """What a service's database holds, seen past the code under test."""
        return self._eyes[service].execute(query, values).fetchall()

    def changes(self, item: str) -> list[int]:
        """The sequences of an item's events that have an effect."""
        return [n for n, kind in enumerate(self.said[item], 1) if kind == wire.ItemChanged.TYPE]

    def work(self) -> OpenWork:
        """A unit of work of the speaker."""
        return OpenWork(speaker.STORAGE, self.speaker, lambda said: None, write=True)

    def _relay(self) -> Relay:
        relay = Relay("speaker", self.speaker, self.speaker.engine, "inproc:///model", heard=True, batch=3)
        relay._connect = lambda: Confirms(self.broker)  # type: ignore[method-assign,return-value,assignment]
        return relay

    def new_relay(self, which: int) -> None:
        """A relay's process dies; what it remembered is gone, and another begins in its place."""
        self.relays[which] = self._relay()

    def start_hearer(self) -> None:
        """The hearer's process begins (again) with nothing but its database."""
        link: Any = SimpleNamespace(add=lambda user: None, url="inproc:///model")
        engine = self.hearer.engine
        self.receiver = Receiver("hearer", "speaker", self.hearer, engine, link, batch=2, limit=65536)
        self.catch_up = CatchUp(self.receiver, self._ask, every_s=30)
        claim = InboxClaim(
            "hearer", hearer.STORAGE, {("speaker", wire.ItemChanged.TYPE): Listener(wire.ItemChanged, self._listen)},
            attempts=ATTEMPTS, backoff_s=(1.0, 4.0), committed=lambda said: None, on_gap=lambda source: None,
        )  # fmt: skip
        self.loop = ClaimLoop("hearer", claim, self.hearer, engine, workers=1, batch=2, poll_s=1)
        self.broker.connect(self.receiver)

    def _ask(self, service: str, method: str, request: dict) -> dict:
        with self.speaker.reading() as session:
            return events_after(session, service, request["position"], request["limit"])

    def _listen(self, heard: Any, work: Any) -> None:
        """An effect in a table, and something said because of it."""
        item, sequence, count = heard.aggregate, heard.sequence, heard.data["count"]
        work.session.execute(speaker_effect(item, sequence, count))
        if self.to_fail[item]:
            self.to_fail[item] -= 1
            self.failed[item] += 1
            raise Broken
        work.say(SimpleNamespace(id=work.new_id(), version=0), wire.ItemPraised, {"count": count})
        self.in_effect()


def speaker_effect(item: str, sequence: int, count: int) -> Any:
    """The statement that writes an effect down, doubled ones too."""
    return hearer.heard.insert().values(item=item, sequence=sequence, count=count)
