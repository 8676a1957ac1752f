"""Applying events: each aggregate's strictly in sequence, effect and mark in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from plumbline.contracts.envelope import Envelope
from plumbline.mesh import clock, context as contexts, metrics, traces
from plumbline.mesh.claims import POSTPONED_S, pause_after
from plumbline.mesh.events import hearing
from plumbline.mesh.logs import get_logger
from plumbline.mesh.storage.tables import inbox_lane
from plumbline.mesh.storage.work import Storage, Work, form

log = get_logger(__name__)

#: How many events one transaction applies at most: a receiver may have to wait for it.
TOGETHER = 64


@dataclass(frozen=True, slots=True)
class Heard:
    """An event as a listener sees it; `data` is loaded by the schema of its type."""

    id: str
    source: str
    type: str
    aggregate: str
    sequence: int
    occurred_at: datetime
    data: dict[str, Any]


@dataclass(frozen=True)
class Listener:
    """A method that applies one type of event; `rebuilds` when it may be run again over old events."""

    schema: type
    call: Callable[[Heard, Work], None]
    rebuilds: bool = False


class InboxClaim:
    """The lanes of the inbox as rows to be claimed."""

    name = "inbox"

    def __init__(
        self,
        service: str,
        storage: Storage,
        listeners: Mapping[tuple[str, str], Listener],
        *,
        attempts: int,
        backoff_s: tuple[float, float],
        committed: Callable[[bool], None],
        on_gap: Callable[[str], None],
    ) -> None:
        self.service, self.storage, self.listeners = service, storage, listeners
        self.attempts, self.backoff_s, self.committed, self.on_gap = attempts, backoff_s, committed, on_gap

    def pick(self, session: Session, limit: int, only: Row | None = None) -> Sequence[Row]:
        """Open lanes."""
        return hearing.open_lanes(session, limit, [(only.source, only.aggregate)] if only is not None else None)

    def perform(self, session: Session, rows: Sequence[Row], *, careful: bool) -> list[str]:
        """Apply what is next in each lane and move the marks; returns the source of each event applied."""
        most = 1 if careful else max(1, TOGETHER // len(rows))
        stored = hearing.heads(session, rows, most)
        advances, waiting, done = [], [], []
        for lane in rows:
            advance, count = self._lane(session, lane, stored[(lane.source, lane.aggregate)], most)
            advances.append(advance)
            done += [lane.source] * count
            if not count:
                waiting.append(lane)
        hearing.finish(session, advances)
        if waiting:
            hearing.wait_for_missing(session, waiting)
            for source in {lane.source for lane in waiting}:
                self.on_gap(source)
        return done

    def _lane(self, session: Session, lane: Row, stored: list[Row], most: int) -> tuple[hearing.Advance, int]:
        epoch, applied, done = lane.epoch, lane.applied, 0
        for row in stored:
            if (row.epoch, row.sequence) <= (epoch, applied):
                continue  # heard before
            if done == most or not self._is_next(session, row, epoch, applied):
                break
            self._apply(session, row, lane)
            epoch, applied, done = row.epoch, row.sequence, done + 1
        return hearing.Advance(lane, epoch, applied), done

    def _is_next(self, session: Session, row: Row, epoch: int, applied: int) -> bool:
        """The following sequence; or the first of a later epoch, once all of that epoch has been received."""
        if row.epoch == epoch:
            return row.sequence == applied + 1
        return hearing.received(session, row.source)[0] >= row.epoch

    def _apply(self, session: Session, row: Row, lane: Row) -> None:
        listener = self.listeners.get((row.source, row.type))
        again = (row.epoch, row.sequence) <= (lane.rebuild_epoch, lane.rebuild_to)
        if listener is None or (again and not listener.rebuilds):
            return
        event = Envelope.from_wire(row.envelope)
        heard = Heard(
            event.id, event.source, event.type, event.aggregate, event.sequence, event.occurred_at,
            form(listener.schema).load(event.data),
        )  # fmt: skip
        span = traces.applying(self.service, event.source, event.type, event.traceparent)
        with contexts.use(_context(event)), span:
            work = Work(self.storage, session, event.occurred_at, self.committed)
            listener.call(heard, work)
            work.flush()
        metrics.heard(self.service, event.source).lag.observe((clock.utcnow() - event.recorded_at).total_seconds())

    def failed(self, session: Session, row: Row, error: Exception) -> None:
        """Wait and try again; after the last attempt park this aggregate, and it alone."""
        attempts = row.attempts + 1
        parked = attempts >= self.attempts
        later = clock.utcnow() + timedelta(seconds=pause_after(attempts, *self.backoff_s))
        session.execute(
            update(inbox_lane)
            .where(inbox_lane.c.source == row.source, inbox_lane.c.aggregate == row.aggregate)
            .values(
                state="parked" if parked else "waiting",
                attempts=attempts,
                next_try_at=None if parked else later,
                error=f"{type(error).__name__}",
                changed_at=clock.utcnow(),
            )
        )
        metrics.heard(self.service, row.source).failed.inc()
        if parked:
            log.error(
                "event_parked", service=self.service, source=row.source, aggregate=row.aggregate, attempts=attempts
            )

    def postponed(self, session: Session, row: Row) -> None:
        """Look at other lanes first."""
        here = (inbox_lane.c.source == row.source) & (inbox_lane.c.aggregate == row.aggregate)
        later = clock.utcnow() + timedelta(seconds=POSTPONED_S)
        session.execute(update(inbox_lane).where(here).values(state="waiting", next_try_at=later))

    def performed(self, rows: Sequence[Row], done: list[str]) -> None:
        """What the listeners said can be sent."""
        for source, count in Counter(done).items():
            metrics.heard(self.service, source).applied.inc(count)
        self.committed(True)


def _context(event: Envelope) -> contexts.Context:
    """An effect happens at the legal instant of its cause; nobody waits for it."""
    return contexts.Context(request_id=event.id, traceparent=event.traceparent, legal_now=event.occurred_at)


def backlog(session: Session) -> dict[str, int]:
    """How many lanes are open, by state."""
    query = select(inbox_lane.c.state, func.count()).where(inbox_lane.c.state != "idle").group_by(inbox_lane.c.state)
    return {state: count for state, count in session.execute(query)}
