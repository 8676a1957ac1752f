"""The receiver: stores what arrives, in batches, and acknowledges after the commit. It applies nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import eventlet
import orjson
from eventlet.event import Event

from plumbline.contracts.envelope import Envelope, NotAnEnvelope
from plumbline.mesh import metrics
from plumbline.mesh.broker.link import Link
from plumbline.mesh.broker.topology import inbox_queue
from plumbline.mesh.events import hearing
from plumbline.mesh.events.dead import bury
from plumbline.mesh.logs import get_logger
from plumbline.mesh.storage.database import Database, is_infrastructure

log = get_logger(__name__)


class Receiver:
    """One per source a service hears; a user of the service's incoming link."""

    def __init__(
        self, service: str, source: str, database: Database, engine: Any, link: Link, *, batch: int, limit: int
    ) -> None:
        self.service, self.source, self.database, self.engine = service, source, database, engine
        self.link, self.batch, self.limit = link, batch, limit
        self.queue = inbox_queue(service, source)
        self.on_stored: Callable[[], None] = lambda: None
        self.on_gap: Callable[[], None] = lambda: None
        self._waiting: list[Any] = []
        self._channel: Any = None
        self._arrival: Event = Event()
        self._stopping = False
        self._thread: Any = None
        link.add(self)

    def start(self) -> None:
        """Store in the background."""
        self._thread = eventlet.spawn(self._run)

    def stop(self) -> None:
        """Take no more; what was not acknowledged is delivered again."""
        self._stopping = True
        if self._channel is not None:
            try:
                self._channel.basic_cancel(self.queue, nowait=True)
            except Exception as error:
                log.debug("receiver_cancel", error=type(error).__name__)
        self._ring()
        if self._thread is not None:
            with eventlet.Timeout(2, False):
                self._thread.wait()
            self._thread.kill()

    def opened(self, channel: Any) -> None:
        """Consume, a few batches ahead."""
        self._waiting = []
        if not self._stopping:
            channel.basic_qos(0, 2 * self.batch, False)
            channel.basic_consume(self.queue, consumer_tag=self.queue, callback=self._arrived)
        self._channel = channel
        self.on_gap()  # what was said meanwhile may have been lost on the way

    def lost(self) -> None:
        """The broker delivers again what was not acknowledged."""
        self._channel, self._waiting = None, []

    def _arrived(self, message: Any) -> None:
        self._waiting.append(message)
        self._ring()

    def _ring(self) -> None:
        if not self._arrival.ready():
            self._arrival.send(None)

    def _run(self) -> None:
        pause = 0.1
        while not self._stopping:
            if not self._waiting:
                self._arrival = Event()
                with eventlet.Timeout(1, False):
                    self._arrival.wait()
                eventlet.sleep(0)  # let a burst come in before the transaction begins
                continue
            try:
                self.turn()
                pause = 0.1
            except Exception as error:
                log.warning("receiver_paused", service=self.service, source=self.source, error=type(error).__name__)
                eventlet.sleep(pause)
                pause = min(pause * 2, 2.0)

    def turn(self) -> None:
        """Store one batch of what has arrived; only then acknowledge it."""
        channel, messages = self._channel, self._waiting[: self.batch]
        self._store(messages)
        self._acknowledge(channel, messages)

    def _store(self, messages: list[Any]) -> None:
        read, dead = [], []
        for message in messages:
            try:
                read.append((message, self._read(message)))
            except Exception as error:
                dead.append((message, f"{type(error).__name__}: {error}"))
        dead += self._keep(read)
        if dead:
            self._bury(dead)

    def _keep(self, read: list[tuple[Any, Envelope]]) -> list[tuple[Any, str]]:
        """Store them together or, where one of them cannot be stored, each by itself; returns those that cannot."""
        try:
            if read:
                self.keep([event for _, event in read])
            return []
        except Exception as error:
            if is_infrastructure(error):
                raise
            if len(read) == 1:
                return [(read[0][0], f"cannot be stored: {type(error).__name__}")]
            return [dead for one in read for dead in self._keep([one])]

    def keep(self, envelopes: list[Envelope]) -> None:
        """Store events of this source, whichever way they came; asks for a catch-up when some are missing."""
        gap = False
        with self.database.writing(self.engine) as session:
            since = epoch, position = hearing.received(session, self.source)
            new, known = hearing.store(session, envelopes)
            for event in sorted(envelopes, key=lambda e: e.position):
                if event.epoch == epoch and event.position == position + 1:
                    position += 1
                elif event.epoch > epoch or event.position > position:
                    gap = True
            hearing.note_received(session, self.source, epoch, position, since=since)
            session.commit()
        counts = metrics.heard(self.service, self.source)
        counts.stored.inc(new)
        counts.duplicates.inc(known)
        self.on_stored()
        if gap:
            self.on_gap()

    def _read(self, message: Any) -> Envelope:
        body = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
        if len(body) > self.limit:
            raise NotAnEnvelope(f"{len(body)} bytes")
        if message.properties.get("content_type") != "application/json":
            raise NotAnEnvelope("not JSON")
        event = Envelope.from_wire(orjson.loads(body))
        if event.source != self.source:
            raise NotAnEnvelope("of another source")
        return event

    def _bury(self, dead: list[tuple[Any, str]]) -> None:
        """Put away what can never be stored; only then is it acknowledged."""
        log.error(
            "event_unreadable", service=self.service, source=self.source, count=len(dead), reason=dead[0][1][:200]
        )
        bury(self.link.url, self.service, self.queue, dead)
        metrics.inbox(self.service).rejected.inc(len(dead))

    def _acknowledge(self, channel: Any, messages: list[Any]) -> None:
        """Acknowledge up to the last of these; on a lost connection the broker delivers them again, to no effect."""
        if channel is None or channel is not self._channel:
            return
        self._waiting = self._waiting[len(messages) :]
        channel.basic_ack(messages[-1].delivery_tag, True)
