"""The relay: sends what committed transactions left to say, in order, and marks what the broker took."""

from __future__ import annotations

import time
import uuid
from typing import Any

import eventlet
import orjson
from eventlet.event import Event
from sqlalchemy import Row

from plumbline.mesh import metrics, traces
from plumbline.mesh.broker.confirms import Confirms
from plumbline.mesh.broker.topology import events_exchange
from plumbline.mesh.events import sending
from plumbline.mesh.events.locks import lock_of
from plumbline.mesh.logs import get_logger
from plumbline.mesh.storage.database import Database
from plumbline.mesh.storage.tables import outbox

log = get_logger(__name__)


#: How often a relay that stands by tries for the lock.
STANDBY_S = 0.25
#: How often a relay with nothing to send sees to its lock and its connection.
PULSE_S = 0.5


class Relay:
    """One per replica; the one that holds the lock sends, the others stand by."""

    def __init__(
        self,
        service: str,
        database: Database,
        engine: Any,
        url: str,
        *,
        heard: bool,
        batch: int = 200,
        poll_s: float = 0.1,
        limit: int = 262144,
        heartbeat_s: int = 10,
        patience_s: float = 30,
    ) -> None:
        self.service, self.database, self.engine, self.url, self.heard = service, database, engine, url, heard
        self.batch, self.poll_s, self.limit = batch, poll_s, limit
        self.holder = str(uuid.uuid4())
        self.active = False
        self._connect = lambda: Confirms(url, heartbeat_s, patience_s)
        self._lock = lock_of(database, "relay")
        self._wake, self._ending = Event(), Event()
        self._stopping, self._looked = False, 0.0
        self._sent: list[int] = []
        self._thread: Any = None
        self._confirms: Confirms | None = None

    def start(self) -> None:
        """Send in the background."""
        self._thread = eventlet.spawn(self._run)

    def wake(self) -> None:
        """Something was committed in this process: look now, not at the next poll."""
        if not self._wake.ready():
            self._wake.send(None)

    def stop(self) -> None:
        """Send what is there, for a moment, then let go of the lock."""
        self._stopping = True
        if not self._ending.ready():
            self._ending.send(None)
        self.wake()
        if self._thread is not None:
            with eventlet.Timeout(3, False):
                self._thread.wait()
            self._thread.kill()
        self._close()

    def _close(self) -> None:
        self.active = False
        if self._confirms is not None:
            self._confirms.close()
            self._confirms = None
        self._lock.release()

    def _run(self) -> None:
        pause = STANDBY_S
        while not self._stopping:
            try:
                if self._lock.take():
                    self._hold_office()
                    self._close()
                pause = STANDBY_S
            except Exception as error:
                log.warning("relay_paused", service=self.service, error=type(error).__name__, detail=str(error)[:200])
                self._close()
                pause = min(pause * 2, 2.0)
            with eventlet.Timeout(pause, False):
                self._ending.wait()

    def _hold_office(self) -> None:
        """Send until stopped, superseded, or something breaks."""
        self.begin()
        while True:
            self._wake = Event()
            last = self._stopping  # what was said before the order to stop is seen by a turn that began after it
            if self.turn():
                continue
            if last:
                return
            self._rest()

    def begin(self) -> None:
        """Take over from whichever relay sent before."""
        with self.database.writing(self.engine) as session:
            sending.take_over(session, self.holder)
            session.commit()
        self.active, self._sent = True, []
        log.info("relay_active", service=self.service)

    def turn(self) -> bool:
        """Mark what was confirmed in the last turn, then publish what is next; false when there was nothing."""
        rows = self._advance(self._sent)
        self._sent = []
        self._sent = self._send(rows)
        return bool(rows)

    def _advance(self, sent: list[int]) -> list[Row]:
        if not sent and not self._anything():
            return []
        with self.database.writing(self.engine) as session:
            rows = sending.advance(session, self.holder, sent, self.batch)
            session.commit()
        return rows

    def _anything(self) -> bool:
        """A cheap look, so that an idle relay takes no write lock."""
        with self.database.reading(self.engine) as session:
            return session.execute(sending.unsent(1).with_only_columns(outbox.c.row)).first() is not None

    def _rest(self) -> None:
        """Wait until woken or until it is time to look again, with lock and connection looked after meanwhile."""
        until = time.monotonic() + self.poll_s
        while (left := until - time.monotonic()) > 0 and not self._wake.ready():
            with eventlet.Timeout(min(left, PULSE_S), False):
                self._wake.wait()
            if time.monotonic() - self._looked > PULSE_S:
                self._look()

    def _look(self) -> None:
        self._looked = time.monotonic()
        if not self._lock.still_held():
            raise sending.Superseded("the lock is gone")
        if self._confirms is not None:
            self._confirms.idle()

    def _send(self, rows: list[Row]) -> list[int]:
        """Publish rows; returns those that arrived. Those refused are held, each with its aggregate."""
        if not rows:
            return []
        if not self.heard:
            return [row.row for row in rows]  # no service listens; the feed serves the others
        messages, failed = self._messages(rows)
        if self._confirms is None:
            self._confirms = self._connect()
        exchange = events_exchange(self.service)
        with traces.publishing(exchange, [row.traceparent for row in rows if row.traceparent], len(messages)):
            self._confirms.publish(exchange, messages)
        failed |= dict.fromkeys(self._confirms.returned, "returned: no queue takes it")
        failed |= dict.fromkeys(self._confirms.refused, "refused by the broker")
        sent = [row for row, *_ in messages if row not in failed]
        metrics.outbox(self.service).published.inc(len(sent))
        metrics.outbox(self.service).returned.inc(len(self._confirms.returned))
        self._hold(failed)
        return sent

    def _messages(self, rows: list[Row]) -> tuple[list[tuple[int, str, str, bytes]], dict[int, str]]:
        messages, failed = [], {}
        for row in rows:
            body = orjson.dumps(sending.envelope(self.service, row).to_wire())
            if len(body) > self.limit:
                failed[row.row] = f"too large: {len(body)} bytes"
            else:
                messages.append((row.row, row.id, row.type, body))
        behind = {row.aggregate for row in rows if row.row in failed}
        first = {row.aggregate: row.row for row in reversed(rows) if row.row in failed}
        blocked = {row.row for row in rows if row.aggregate in behind and row.row > first[row.aggregate]}
        return [message for message in messages if message[0] not in blocked], failed

    def _hold(self, failed: dict[int, str]) -> None:
        if not failed:
            return
        log.error("outbox_held", service=self.service, rows=len(failed), reason=next(iter(failed.values())))
        with self.database.writing(self.engine) as session:
            for row, error in failed.items():
                sending.hold(session, self.holder, row, error)
            session.commit()
