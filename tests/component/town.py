"""Some of the real services in this process, with everything a test needs to call, look and wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import eventlet
from sqlalchemy import Table

from plumbline.mesh import city, settings
from plumbline.mesh.broker import topology
from plumbline.mesh.container import MeshContainer
from plumbline.mesh.errors import Refused
from plumbline.mesh.settings import Settings
from plumbline.mesh.storage.database import Database
from plumbline.mesh.storage.migrate import migrate
from plumbline.mesh.storage.tables import outbox

HTTP = "127.0.0.1:0"
#: Short pauses, so that a test that waits does not wait long.
QUICK = {
    "PLUMBLINE_PROFILE": "test",
    "PLUMBLINE_INBOX_BACKOFF_FIRST_S": "0.05",
    "PLUMBLINE_INBOX_BACKOFF_MAX_S": "0.2",
    "PLUMBLINE_INBOX_ATTEMPTS": "4",
    "PLUMBLINE_DUE_POLL_S": "0.1",
    "PLUMBLINE_CATCH_UP_S": "2",
    "PLUMBLINE_RPC_TIMEOUT_S": "4",
    "PLUMBLINE_HEALTH_PORT": "0",
    "PLUMBLINE_HTTP_PORT": "0",
}


class Town:
    """Prepares databases and queues of its members, who alone exist in it; `start` runs them."""

    def __init__(self, members: tuple[str, ...], environ: dict[str, str]) -> None:
        self.settings: Settings = settings.load({**QUICK, **environ})
        self.parties = tuple(party for party in city.parties() if party.service in members)
        topology.apply(self.settings.broker_url, self.parties)
        self.storages = dict(city.storages(members))
        self.databases = {name: Database(self.settings.database_url(name), pool=3) for name in self.storages}
        for name, storage in self.storages.items():
            migrate(self.databases[name], storage)
        self.running: dict[str, MeshContainer] = {}

    def start(self, *names: str) -> None:
        """Run these services."""
        for name in names:
            party = {"settings": self.settings, "parties": self.parties, "serves": True}
            container = MeshContainer(city.face(name), {"plumbline": party, "WEB_SERVER_ADDRESS": HTTP})
            container.start()
            assert all(link.wait_up(10) for link in container.runtime.links)
            self.running[name] = container

    def stop(self, *names: str) -> None:
        """Stop these services."""
        for name in names:
            self.running.pop(name).stop()

    def call(self, service: str, method: str, request: dict[str, Any], timeout_s: float = 8) -> Any:
        """Call as a neighbour would."""
        client = next(iter(self.running.values())).runtime.client
        return client.call(service, method, request, timeout_s)

    def refused(self, service: str, method: str, request: dict[str, Any]) -> Refused:
        """The refusal of a call that must be refused."""
        try:
            answer = self.call(service, method, request)
        except Refused as refusal:
            return refusal
        raise AssertionError(f"{method} was not refused: {answer}")

    def said(self, service: str, aggregate: str | None = None) -> list[tuple[str, dict]]:
        """(type, data) of every event of a service, or of one aggregate, in the order they were said."""
        found = [row for row in self.rows(service, outbox, outbox.c.row) if aggregate in (None, row.aggregate)]
        return [(row.type, row.data) for row in found]

    def rows(self, service: str, table: Table, *order: Any) -> list[Any]:
        """What a table of a service's database holds now."""
        with self.databases[service].reading() as session:
            return list(session.execute(table.select().order_by(*order)))

    def close(self) -> None:
        """Stop what runs and close what is open."""
        self.stop(*reversed(self.running))
        for database in self.databases.values():
            database.close()


def until(condition: Callable[[], Any], seconds: float = 15, what: str = "") -> Any:
    """Wait for a condition; fails loudly when it does not come."""
    with eventlet.Timeout(seconds, AssertionError(f"not within {seconds} s: {what or condition}")):
        while not (found := condition()):
            eventlet.sleep(0.02)
    return found
