"""What a receiver writes into the inbox, and what a worker takes out of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, case, delete, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from plumbline.contracts.envelope import Envelope
from plumbline.mesh import clock
from plumbline.mesh.storage.tables import inbox, inbox_lane, inbox_source

#: How many events of one lane are applied in one transaction at most.
STRIDE = 16


def upsert(session: Session, table: Any) -> Any:
    """An INSERT of this database that can say ON CONFLICT."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def store(session: Session, envelopes: Iterable[Envelope]) -> tuple[int, int]:
    """Put events away; returns how many were new and how many had been heard before."""
    ordered = sorted(envelopes, key=lambda e: (e.source, e.aggregate, e.epoch, e.sequence))
    lanes = sorted({(e.source, e.aggregate) for e in ordered})
    applied = {(r.source, r.aggregate): (r.epoch, r.applied) for r in session.execute(_lanes(lanes))}
    fresh = [e for e in ordered if (e.epoch, e.sequence) > applied.get((e.source, e.aggregate), (0, 0))]
    if not fresh:
        return 0, len(ordered)
    now = clock.utcnow()
    rows = [_row(e, now) for e in fresh]
    kept = session.execute(upsert(session, inbox).on_conflict_do_nothing().returning(inbox.c.sequence), rows).all()
    _wake_lanes(session, sorted({(e.source, e.aggregate, min(e.epoch, 1)) for e in fresh}), now)
    return len(kept), len(ordered) - len(kept)


def _lanes(lanes: Sequence[tuple[str, str]]) -> Any:
    return select(inbox_lane).where(tuple_(inbox_lane.c.source, inbox_lane.c.aggregate).in_(lanes))


def _row(event: Envelope, now: datetime) -> dict[str, Any]:
    return {
        "source": event.source,
        "aggregate": event.aggregate,
        "epoch": event.epoch,
        "sequence": event.sequence,
        "type": event.type,
        "envelope": event.to_wire(),
        "received_at": now,
    }


def _wake_lanes(session: Session, lanes: Sequence[tuple[str, str, int]], now: datetime) -> None:
    """Make the lanes and set the idle ones to work; a waiting or parked one keeps its state.

    The update waits for a worker that is just finishing the lane, so that none is left idle with an event in it.
    """
    rows = [
        {"source": source, "aggregate": aggregate, "epoch": epoch, "applied": 0, "state": "new", "changed_at": now}
        for source, aggregate, epoch in lanes
    ]
    insert = upsert(session, inbox_lane)
    awake = case((inbox_lane.c.state == "idle", "new"), else_=inbox_lane.c.state)
    session.execute(insert.on_conflict_do_update(index_elements=["source", "aggregate"], set_={"state": awake}), rows)


def open_lanes(session: Session, limit: int, only: Sequence[tuple[str, str]] | None = None) -> list[Row]:
    """Lanes with something to apply now, locked; those another worker has are passed over."""
    query = select(inbox_lane).where(
        inbox_lane.c.state.in_(("new", "waiting")),
        or_(inbox_lane.c.next_try_at.is_(None), inbox_lane.c.next_try_at <= clock.utcnow()),
    )
    if only is not None:
        query = query.where(tuple_(inbox_lane.c.source, inbox_lane.c.aggregate).in_(only))
    return list(session.execute(query.order_by(inbox_lane.c.changed_at).limit(limit).with_for_update(skip_locked=True)))


def heads(session: Session, lanes: Sequence[Row], stride: int = STRIDE) -> dict[tuple[str, str], list[Row]]:
    """The next stored events of each lane, in order, up to `stride` of an epoch."""
    query = select(inbox).where(
        or_(
            *(
                and_(
                    inbox.c.source == lane.source,
                    inbox.c.aggregate == lane.aggregate,
                    or_(inbox.c.epoch != lane.epoch, inbox.c.sequence <= lane.applied + stride),
                )
                for lane in lanes
            )
        )
    )
    found: dict[tuple[str, str], list[Row]] = {(lane.source, lane.aggregate): [] for lane in lanes}
    for row in session.execute(query.order_by(inbox.c.epoch, inbox.c.sequence)):
        found[(row.source, row.aggregate)].append(row)
    return found


def received(session: Session, source: str) -> tuple[int, int]:
    """The epoch and the position up to which this source has been received without a gap."""
    row = session.execute(select(inbox_source).where(inbox_source.c.source == source)).first()
    return (row.epoch, row.position) if row else (1, 0)


def note_received(session: Session, source: str, epoch: int, position: int) -> None:
    """Move the mark of `received`; it never moves back within an epoch."""
    insert = upsert(session, inbox_source).values(source=source, epoch=epoch, position=position)
    further = or_(inbox_source.c.epoch < epoch, and_(inbox_source.c.epoch == epoch, inbox_source.c.position < position))
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["source"], set_={"epoch": epoch, "position": position}, where=further
        )
    )


def finish(session: Session, lane: Row, epoch: int, applied: int, state: str, gone: Sequence[Row]) -> None:
    """Move the lane's mark and drop what is below it; raises LookupError when the lane has moved meanwhile."""
    moved = session.execute(
        update(inbox_lane)
        .where(
            inbox_lane.c.source == lane.source,
            inbox_lane.c.aggregate == lane.aggregate,
            inbox_lane.c.epoch == lane.epoch,
            inbox_lane.c.applied == lane.applied,
        )
        .values(
            epoch=epoch,
            applied=applied,
            state=state,
            attempts=0,
            error=None,
            changed_at=clock.utcnow(),
            next_try_at=clock.utcnow() + timedelta(seconds=GAP_PAUSE_S) if state == "waiting" else None,
        )
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise LookupError(f"the lane of {lane.source} has moved")
    if gone:
        session.execute(
            delete(inbox).where(
                inbox.c.source == lane.source,
                inbox.c.aggregate == lane.aggregate,
                tuple_(inbox.c.epoch, inbox.c.sequence).in_([(row.epoch, row.sequence) for row in gone]),
            )
        )


#: How long a lane waits for a missing event before it looks again; the catch-up is asked for at once.
GAP_PAUSE_S = 0.5
