"""Parked lanes: what a person sees of them and can do; plain SQL, the same from any process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, text, tuple_, update
from sqlalchemy.orm import Session

from plumbline.mesh import clock
from plumbline.mesh.errors import MeshError
from plumbline.mesh.events import hearing
from plumbline.mesh.storage.tables import inbox, inbox_decision, inbox_lane
from plumbline.mesh.storage.work import Storage


class NotParked(MeshError):
    """There is no parked lane of that name."""


@dataclass(frozen=True)
class Parked:
    """A lane that waits for a person, and the event it stopped at."""

    source: str
    aggregate: str
    sequence: int
    type: str
    attempts: int
    error: str
    since: datetime
    envelope: dict[str, Any]


def parked(session: Session) -> Sequence[Parked]:
    """All parked lanes, longest parked first."""
    lanes = session.execute(
        select(inbox_lane).where(inbox_lane.c.state == "parked").order_by(inbox_lane.c.changed_at)
    ).all()
    return [_shown(lane, _stopped_at(session, lane)) for lane in lanes]


def _shown(lane: Row, event: Row) -> Parked:
    return Parked(
        source=lane.source,
        aggregate=lane.aggregate,
        sequence=event.sequence,
        type=event.type,
        attempts=lane.attempts,
        error=lane.error,
        since=lane.changed_at,
        envelope=event.envelope,
    )


def one(session: Session, source: str, aggregate: str) -> Parked:
    """One parked lane; raises NotParked."""
    lane = _lane(session, source, aggregate)
    return _shown(lane, _stopped_at(session, lane))


def replay(session: Session, source: str, aggregate: str, *, by: str, reason: str) -> Parked:
    """Try the event again, as if it had never failed; the cause should have been mended."""
    return _decide(session, source, aggregate, "replay", by, reason)


def discard(session: Session, source: str, aggregate: str, *, by: str, reason: str) -> Parked:
    """Go on without this event's effect; it is kept, with who decided that and why."""
    return _decide(session, source, aggregate, "discard", by, reason)


def _decide(session: Session, source: str, aggregate: str, decision: str, by: str, reason: str) -> Parked:
    lane = _lane(session, source, aggregate)
    event = _stopped_at(session, lane)
    key = {"source": source, "aggregate": aggregate, "epoch": event.epoch, "sequence": event.sequence}
    session.execute(
        insert(inbox_decision).values(
            **key,
            decision=decision,
            reason=reason,
            decided_by=by,
            decided_at=clock.utcnow(),
            envelope=event.envelope,
        )
    )
    values: dict[str, Any] = {"state": "new", "attempts": 0, "next_try_at": None, "error": None}
    if decision == "discard":
        session.execute(delete(inbox).where(*(inbox.c[name] == value for name, value in key.items())))
        values |= {"applied": event.sequence, "epoch": event.epoch}
    session.execute(update(inbox_lane).where(*_here(source, aggregate)).values(**values))
    return _shown(lane, event)


def _here(source: str, aggregate: str) -> tuple[Any, Any]:
    return inbox_lane.c.source == source, inbox_lane.c.aggregate == aggregate


def _lane(session: Session, source: str, aggregate: str) -> Row:
    query = select(inbox_lane).where(*_here(source, aggregate), inbox_lane.c.state == "parked").with_for_update()
    lane = session.execute(query).first()
    if lane is None:
        raise NotParked(f"{source} {aggregate}")
    return lane


def _stopped_at(session: Session, lane: Row) -> Row:
    unheard = tuple_(inbox.c.epoch, inbox.c.sequence) > tuple_(lane.epoch, lane.applied)
    query = (
        select(inbox)
        .where(inbox.c.source == lane.source, inbox.c.aggregate == lane.aggregate, unheard)
        .order_by(inbox.c.epoch, inbox.c.sequence)
        .limit(1)
    )
    return session.execute(query).one()


def rebuild(session: Session, storage: Storage, source: str) -> int:
    """Empty what the events of `source` alone fill and have them all applied again; returns how many lanes.

    Effects other than those projections are not repeated: up to where a lane had come, only listeners that say
    ``rebuilds=True`` run. The running service fetches the events from the source's outbox.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE inbox_lane IN EXCLUSIVE MODE"))  # let workers end, and none begin
    for table in storage.projections.get(source, ()):
        session.execute(delete(table))
    session.execute(delete(inbox).where(inbox.c.source == source))
    hearing.receive_again(session, source)
    lanes = update(inbox_lane).where(inbox_lane.c.source == source)
    applied, before = (inbox_lane.c.epoch, inbox_lane.c.applied), (inbox_lane.c.rebuild_epoch, inbox_lane.c.rebuild_to)
    further = lanes.where(tuple_(*before) < tuple_(*applied))
    session.execute(further.values(rebuild_epoch=inbox_lane.c.epoch, rebuild_to=inbox_lane.c.applied))
    reset = {"epoch": 1, "applied": 0, "state": "idle", "attempts": 0, "next_try_at": None, "error": None}
    return session.execute(lanes.values(**reset)).rowcount  # type: ignore[attr-defined]
