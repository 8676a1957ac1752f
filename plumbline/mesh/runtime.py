"""What one service runs on: links, calls, relay, inbox, due work and jobs, started and stopped in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import eventlet

from plumbline.mesh.broker.link import Link
from plumbline.mesh.broker.topology import Party, hearers
from plumbline.mesh.claims import ClaimLoop
from plumbline.mesh.due import DueClaim
from plumbline.mesh.events.applying import InboxClaim, Listener
from plumbline.mesh.events.catchup import CatchUp
from plumbline.mesh.events.receiver import Receiver
from plumbline.mesh.events.relay import Relay
from plumbline.mesh.events.retention import Retention
from plumbline.mesh.events.sending import events_after
from plumbline.mesh.jobs import JobClaim
from plumbline.mesh.rpc.client import Client
from plumbline.mesh.rpc.server import Server
from plumbline.mesh.settings import Settings
from plumbline.mesh.storage.database import Database
from plumbline.mesh.storage.work import Storage

#: The feed every service with an outbox answers.
FEED = "events_after"
FEED_PAGE = 500
#: An event must fit into a page of the feed, and the page into a reply.
AROUND_AN_EVENT = 1024


@dataclass
class Declared:
    """What the class of a service declares, gathered while its extensions are set up."""

    methods: dict[str, Callable[..., Any]] = field(default_factory=dict)
    listeners: dict[tuple[str, str], Listener] = field(default_factory=dict)
    due: dict[str, Callable[..., Any]] = field(default_factory=dict)
    jobs: dict[str, Callable[..., Any]] = field(default_factory=dict)
    storage: Storage | None = None


class Runtime:
    """The machinery of one service in one process; `serves` unless the process only works off jobs."""

    def __init__(self, service: str, settings: Settings, parties: tuple[Party, ...], *, serves: bool = True) -> None:
        self.service, self.settings, self.parties, self.serves = service, settings, parties, serves
        self.declared = Declared()
        self.database: Database | None = None
        self.outgoing, self.incoming = self._link("out"), self._link("in")
        #: Events have a connection of their own: a broken queue of theirs must not end calls as well.
        self.hearing = self._link("events")
        self.client = Client(
            service,
            self.outgoing,
            self.incoming,
            timeout_s=settings.rpc_timeout_s,
            most=settings.rpc_max_pending,
            limit=settings.message_limit_bytes,
        )
        self.relay: Relay | None = None
        self.retention: Retention | None = None
        self.server: Server | None = None
        self.receivers: list[Receiver] = []
        self.catch_ups: list[CatchUp] = []
        self.loops: dict[str, ClaimLoop] = {}
        self.answer: Callable[..., dict] = lambda request: {}

    def _link(self, direction: str) -> Link:
        s = self.settings
        return Link(
            s.broker_url,
            f"{self.service}.{direction}",
            heartbeat_s=int(s.heartbeat_s),
            connect_timeout_s=s.connect_timeout_s,
        )

    @property
    def links(self) -> list[Link]:
        """The connections it needs."""
        return [self.outgoing, self.incoming, *([self.hearing] if self.receivers else [])]

    def use(self, storage: Storage) -> None:
        """Open the service's database."""
        s = self.settings
        self.declared.storage = storage
        url = s.database_url(self.service)
        self.database = Database(url, service=self.service, pool=s.pool_size, pool_timeout_s=s.pool_timeout_s)

    def committed(self, said: bool) -> None:
        """A transaction was committed here: its events can go out, its due work may be due."""
        if said and self.relay is not None:
            self.relay.wake()

    def start(self) -> None:
        """Connect and begin; nothing here waits for broker or database."""
        if self.serves and (self.declared.methods or self.database is not None):
            self.server = Server(
                self.service,
                self.answer,
                self.incoming,
                self.outgoing,
                workers=self.settings.max_workers,
                limit=self.settings.message_limit_bytes,
            )
        if self.database is not None and self.declared.storage is not None:
            engine = self.database.another_engine(self.settings.kernel_pool_size)
            if self.serves:
                self._events(self.database, self.declared.storage, engine)
            else:
                self._jobs(self.database, self.declared.storage, engine)
        kept = (self.relay, self.retention)
        for part in (*self.links, *kept, *self.receivers, *self.catch_ups, *self.loops.values()):
            if part is not None:
                part.start()

    def _events(self, database: Database, storage: Storage, engine: Any) -> None:
        s = self.settings
        self.declared.methods.setdefault(FEED, self._feed)
        self.relay = Relay(
            self.service,
            database,
            engine,
            s.broker_url,
            heard=bool(hearers(self.service, self.parties)),
            batch=s.relay_batch,
            poll_s=s.relay_poll_s,
            limit=s.message_limit_bytes - AROUND_AN_EVENT,
            heartbeat_s=int(s.heartbeat_s),
        )
        if s.outbox_retention_days:
            self.retention = Retention(self.service, database, engine, days=s.outbox_retention_days)
        backoff = (s.inbox_backoff_first_s, s.inbox_backoff_max_s)
        if sources := sorted({source for source, _ in self.declared.listeners}):
            self._inbox(database, storage, engine, sources, backoff)
        if self.declared.due:
            due = DueClaim(
                self.service, storage, self.declared.due,
                attempts=s.inbox_attempts, backoff_s=backoff, committed=self.committed,
            )  # fmt: skip
            self._loop(due, database, engine, workers=1, batch=20, poll_s=s.due_poll_s)

    def _inbox(
        self, database: Database, storage: Storage, engine: Any, sources: list[str], backoff: tuple[float, float]
    ) -> None:
        s = self.settings
        catch_up: dict[str, CatchUp] = {}
        claim = InboxClaim(
            self.service,
            storage,
            self.declared.listeners,
            attempts=s.inbox_attempts,
            backoff_s=backoff,
            committed=self.committed,
            on_gap=lambda source: catch_up[source].want(),
        )
        loop = self._loop(claim, database, engine, workers=s.inbox_workers, batch=32, poll_s=0.5)
        for source in sources:
            receiver = Receiver(
                self.service, source, database, engine, self.hearing,
                batch=s.inbox_batch, limit=s.message_limit_bytes,
            )  # fmt: skip
            receiver.on_stored = loop.wake
            catch_up[source] = CatchUp(receiver, self._ask, every_s=s.catch_up_s)
            self.receivers.append(receiver)
            self.catch_ups.append(catch_up[source])

    def _jobs(self, database: Database, storage: Storage, engine: Any) -> None:
        s = self.settings
        claim = JobClaim(
            self.service, storage, database, self.declared.jobs,
            lease_s=s.job_lease_s, attempts=s.inbox_attempts, committed=self.committed,
        )  # fmt: skip
        self._loop(claim, database, engine, workers=1, batch=1, poll_s=s.due_poll_s)

    def _loop(self, claim: Any, database: Database, engine: Any, **bounds: Any) -> ClaimLoop:
        loop = self.loops[claim.name] = ClaimLoop(self.service, claim, database, engine, **bounds)
        return loop

    def _ask(self, service: str, method: str, request: dict) -> Any:
        return self.client.send(service, method, request).result()

    def _feed(self, request: dict) -> dict:
        """A page of what this service has said."""
        assert self.database is not None
        position, limit = int(request["position"]), min(int(request.get("limit", FEED_PAGE)), FEED_PAGE)
        most_bytes = self.settings.message_limit_bytes - AROUND_AN_EVENT
        with self.database.reading() as session:
            return events_after(session, self.service, position, limit, most_bytes)

    def drain(self, grace_s: float) -> None:
        """Take no calls and no rows any more; what was taken is finished."""
        if self.server is not None:
            self.server.stop_taking()
        for loop in self.loops.values():
            loop.stop()
        if self.server is not None:
            eventlet.sleep(0.1)  # what the broker had sent before it heard that we stop is answered too
            with eventlet.Timeout(grace_s, False):
                while self.server.running:
                    eventlet.sleep(0.02)

    def flush(self) -> None:
        """Send what was said, and say no more."""
        if self.retention is not None:
            self.retention.stop()
        if self.relay is not None:
            self.relay.stop()

    def close(self) -> None:
        """Hear no more, and close connections."""
        parts: list[Any] = [*self.receivers, *self.catch_ups]
        for part in parts:
            part.stop()
        for link in reversed(self.links):
            link.stop()
        if self.database is not None:
            self.database.close()
