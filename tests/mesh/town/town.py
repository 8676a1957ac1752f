"""The two services in this process, with everything a test needs to call, look and wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import eventlet
from sqlalchemy import Table, select

from plumbline.mesh import settings
from plumbline.mesh.broker import topology
from plumbline.mesh.broker.topology import Party
from plumbline.mesh.container import MeshContainer
from plumbline.mesh.events import sending
from plumbline.mesh.events.applying import Heard, Listener
from plumbline.mesh.settings import Settings
from plumbline.mesh.storage.database import Database
from plumbline.mesh.storage.migrate import migrate
from plumbline.mesh.storage.tables import inbox_lane
from plumbline.mesh.storage.work import OpenWork, Storage, Work
from tests.mesh.town import hearer, speaker, wire

STORAGES: dict[str, Storage] = {"speaker": speaker.STORAGE, "hearer": hearer.STORAGE}
FACES: dict[str, type] = {"speaker": speaker.Speaker, "hearer": hearer.Hearer}
CONTRACTS: dict[str, Any] = {"speaker": wire.SPEAKER, "hearer": wire.HEARER}
PARTIES = (Party.of(wire.SPEAKER), Party.of(wire.HEARER))
#: Short pauses, so that a test that waits for a retry does not wait long.
QUICK = {
    "PLUMBLINE_INBOX_BACKOFF_FIRST_S": "0.05",
    "PLUMBLINE_INBOX_BACKOFF_MAX_S": "0.2",
    "PLUMBLINE_INBOX_ATTEMPTS": "4",
    "PLUMBLINE_DUE_POLL_S": "0.1",
    "PLUMBLINE_CATCH_UP_S": "2",
    "PLUMBLINE_PROFILE": "test",
    "PLUMBLINE_HEALTH_PORT": "0",
}


class Town:
    """Prepares databases (unless they are `migrated`) and queues; `start` runs services, any number of replicas."""

    def __init__(self, environ: dict[str, str], *, migrated: bool = False) -> None:
        self.environ = {**QUICK, **environ}
        self.settings: Settings = settings.load(self.environ, services=FACES)
        topology.apply(self.settings.broker_url, PARTIES)
        self.databases = {name: Database(self.settings.database_url(name), pool=3) for name in STORAGES}
        for name, storage in STORAGES.items():
            if not migrated:
                migrate(self.databases[name], storage)
        self.running: list[MeshContainer] = []

    def start(self, *names: str, serves: bool = True) -> MeshContainer:
        """Start one replica of each; returns the last container."""
        for name in names:
            config = {"plumbline": {"settings": self.settings, "parties": PARTIES, "serves": serves}}
            container = MeshContainer(FACES[name], config)
            container.start()
            if serves:
                assert all(link.wait_up(10) for link in container.runtime.links)
            self.running.append(container)
        return self.running[-1]

    def declare(self, service: str, method: str, function: Callable[[dict], Any]) -> None:
        """Give the replicas of a service that run now one method more."""
        for container in self.running:
            if container.service_name == service:
                container.runtime.declared.methods[method] = function

    def call(self, service: str, method: str, request: dict | None = None, timeout_s: float = 5) -> Any:
        """Call as the service that was started last would."""
        return self.running[-1].runtime.client.call(service, method, request or {}, timeout_s)

    def work(self, service: str = "speaker", *, write: bool = True, inside: bool = False) -> OpenWork:
        """A unit of work of a service: over connections of our own, or over those of the replica that runs."""
        database = self.databases[service]
        if inside:
            database = next(one.runtime.database for one in self.running if one.service_name == service)
        return OpenWork(STORAGES[service], database, lambda said: None, write=write)

    def say(self, item_id: str, times: int = 1) -> None:
        """Have something happen to an item, without the speaker: its relay finds it at its next look."""
        with self.work() as work:
            item = work.items.find(item_id)
            if item is None:
                item = speaker.Item(item_id)
                work.items.add(item)
            for _ in range(times):
                item.count += 1
                work.say(item, wire.ItemChanged, {"count": item.count})
            work.commit()

    def wires(self) -> list[dict[str, Any]]:
        """The speaker's events as they travel, marked as sent: what happens to them on the way is the test's doing."""
        with self.databases["speaker"].writing() as session:
            sending.take_over(session, "test")
            sent = [row.row for row in sending.advance(session, "test", [], 10_000)]
            sending.advance(session, "test", sent, 0)
            session.commit()
            return sending.events_after(session, "speaker", 0, 10_000, 2**30)["events"]

    def listen(self, apply: Callable[[Heard, Work], None], *, rebuilds: bool = False) -> None:
        """Have the hearers that run now apply the speaker's events in another way."""
        for container in self.running:
            if container.service_name == "hearer":
                listener = Listener(wire.ItemChanged, apply, rebuilds)
                container.runtime.declared.listeners[("speaker", wire.ItemChanged.TYPE)] = listener

    def rows(self, service: str, table: Any, *order: Any) -> list[Any]:
        """What a table (or a query) of a service's database gives now."""
        query = table.select() if isinstance(table, Table) else table
        with self.databases[service].reading() as session:
            return list(session.execute(query.order_by(*order)))

    def execute(self, service: str, statement: Any) -> None:
        """Change a service's database behind its back."""
        with self.databases[service].writing() as session:
            session.execute(statement)
            session.commit()

    def lane(self, item_id: str) -> Any:
        """How far the hearer has come with an item, or None."""
        lanes = self.rows("hearer", select(inbox_lane).where(inbox_lane.c.aggregate == item_id))
        return lanes[0] if lanes else None

    def heard(self) -> list[tuple[str, int, int]]:
        """(item, sequence, count) of every effect of an event, in the order of the effects."""
        rows = self.rows("hearer", hearer.heard, hearer.heard.c.row)
        return [(row.item, row.sequence, row.count) for row in rows]

    def effects(self) -> list[str]:
        """Every effect of due work and job steps."""
        return [row.what for row in self.rows("speaker", speaker.effects, speaker.effects.c.row)]

    def stop(self) -> None:
        """Stop what runs and close what is open; calls that are still under way are not waited for."""
        for container in self.running:
            server, container.runtime.server = container.runtime.server, None
            if server is not None:
                server.stop_taking()
        for step in (lambda one: one.drain(1), lambda one: one.runtime.flush(), lambda one: one.stop()):
            for thread in [eventlet.spawn(step, container) for container in self.running]:
                thread.wait()
        for database in self.databases.values():
            database.close()
        hearer.FAILING.clear()


def until(condition: Callable[[], Any], seconds: float = 10, what: str = "") -> Any:
    """Wait for a condition; fails loudly when it does not come."""
    with eventlet.Timeout(seconds, AssertionError(f"not within {seconds} s: {what or condition}")):
        while not (found := condition()):
            eventlet.sleep(0.02)
    return found
