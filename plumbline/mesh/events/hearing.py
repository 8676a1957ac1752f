"""What a receiver writes into the inbox, and what a worker takes out of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, case, or_, select, text, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from plumbline.contracts.envelope import Envelope
from plumbline.mesh import clock
from plumbline.mesh.storage.tables import inbox, inbox_lane, inbox_source
from plumbline.mesh.storage.types import Instant


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


def heads(session: Session, lanes: Sequence[Row], stride: int) -> dict[tuple[str, str], list[Row]]:
    """The next stored events of each lane, in order, up to `stride` of an epoch."""
    keys = [(lane.source, lane.aggregate) for lane in lanes]
    near = or_(inbox.c.epoch != inbox_lane.c.epoch, inbox.c.sequence <= inbox_lane.c.applied + stride)
    query = (
        select(inbox)
        .join(inbox_lane, and_(inbox.c.source == inbox_lane.c.source, inbox.c.aggregate == inbox_lane.c.aggregate))
        .where(tuple_(inbox_lane.c.source, inbox_lane.c.aggregate).in_(keys), near)
        .order_by(inbox.c.epoch, inbox.c.sequence)
    )
    found: dict[tuple[str, str], list[Row]] = {key: [] for key in keys}
    for row in session.execute(query):
        found[(row.source, row.aggregate)].append(row)
    return found


def received(session: Session, source: str) -> tuple[int, int]:
    """The epoch and the position up to which this source has been received without a gap.

    A position below zero says that all is to be received again, and how often that was asked for.
    """
    row = session.execute(select(inbox_source).where(inbox_source.c.source == source)).first()
    return (row.epoch, row.position) if row else (1, 0)


def note_received(session: Session, source: str, epoch: int, position: int, *, since: tuple[int, int] = (0, 0)) -> None:
    """Move the mark of `received` on, unless it is before `since`, where it was when this began."""
    insert = upsert(session, inbox_source).values(source=source, epoch=epoch, position=position)
    mark = tuple_(inbox_source.c.epoch, inbox_source.c.position)
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["source"],
            set_={"epoch": epoch, "position": position},
            where=and_(mark < tuple_(epoch, position), mark >= tuple_(*since)),
        )
    )


def receive_again(session: Session, source: str) -> None:
    """Have everything of this source received again; whoever is receiving now must not note how far it came."""
    insert = upsert(session, inbox_source).values(source=source, epoch=1, position=-1)
    earlier = case((inbox_source.c.position > 0, 0), else_=inbox_source.c.position) - 1
    session.execute(insert.on_conflict_do_update(index_elements=["source"], set_={"position": earlier}))


@dataclass(frozen=True, slots=True)
class Advance:
    """How far one lane has come in a transaction, from where it was."""

    lane: Row
    epoch: int
    applied: int

    def parameters(self, now: datetime) -> dict[str, Any]:
        """Values for the statements below."""
        return {
            "source": self.lane.source,
            "aggregate": self.lane.aggregate,
            "old_epoch": self.lane.epoch,
            "old_applied": self.lane.applied,
            "epoch": self.epoch,
            "applied": self.applied,
            "now": now,
        }


_IS = "inbox.source = {0}.source AND inbox.aggregate = {0}.aggregate"
_SET = (
    "SET epoch = {0}epoch, applied = {0}applied, attempts = 0, error = NULL, next_try_at = NULL, changed_at = :now,"
    f" state = CASE WHEN EXISTS (SELECT 1 FROM inbox WHERE {_IS.format('inbox_lane')}) THEN 'new' ELSE 'idle' END"
)
_WHERE = (
    "inbox_lane.source = {0}source AND inbox_lane.aggregate = {0}aggregate"
    " AND inbox_lane.epoch = {0}old_epoch AND inbox_lane.applied = {0}old_applied"
)
_BELOW = "(inbox.epoch < {0}epoch OR (inbox.epoch = {0}epoch AND inbox.sequence <= {0}applied))"
_VALUES = (
    "unnest(CAST(:sources AS text[]), CAST(:aggregates AS text[]), CAST(:old_epochs AS int[]),"
    " CAST(:old_applieds AS bigint[]), CAST(:epochs AS int[]), CAST(:applieds AS bigint[]))"
    " AS v(source, aggregate, old_epoch, old_applied, epoch, applied)"
)
_NOW = bindparam("now", type_=Instant)
#: Per database: drop what is applied, move the marks. PostgreSQL takes all lanes in one statement each.
_STATEMENTS = {
    "postgresql": (
        text(f"DELETE FROM inbox USING {_VALUES} WHERE {_IS.format('v')} AND {_BELOW.format('v.')}"),
        text(f"UPDATE inbox_lane {_SET.format('v.')} FROM {_VALUES} WHERE {_WHERE.format('v.')}").bindparams(_NOW),
    ),
    "sqlite": (
        text(f"DELETE FROM inbox WHERE source = :source AND aggregate = :aggregate AND {_BELOW.format(':')}"),
        text(f"UPDATE inbox_lane {_SET.format(':')} WHERE {_WHERE.format(':')}").bindparams(_NOW),
    ),
}


def finish(session: Session, advances: Sequence[Advance]) -> None:
    """Move the lanes' marks and drop what is below them; raises LookupError when a lane has moved meanwhile."""
    dialect = session.get_bind().dialect.name
    delete_applied, move_marks = _STATEMENTS[dialect]
    now = clock.utcnow()
    rows = [advance.parameters(now) for advance in advances]
    if dialect == "postgresql":
        names = ("source", "aggregate", "old_epoch", "old_applied", "epoch", "applied")
        columns = {f"{name}s": [row[name] for row in rows] for name in names}
        session.execute(delete_applied, columns)
        moved = session.execute(move_marks, {**columns, "now": now}).rowcount  # type: ignore[attr-defined]
    else:
        moved = 0
        for row in rows:
            session.execute(delete_applied, row)
            moved += session.execute(move_marks, row).rowcount  # type: ignore[attr-defined]
    if moved != len(rows):
        raise LookupError(f"{len(rows) - moved} lanes have moved")


def wait_for_missing(session: Session, lanes: Sequence[Row]) -> None:
    """These lanes have events, but not the next one; the catch-up is asked for at once."""
    keys = [(lane.source, lane.aggregate) for lane in lanes]
    values = {
        "state": "waiting",
        "next_try_at": clock.utcnow() + timedelta(seconds=GAP_PAUSE_S),
        "error": "an earlier event is missing",
    }
    here = tuple_(inbox_lane.c.source, inbox_lane.c.aggregate).in_(keys)
    session.execute(update(inbox_lane).where(here, inbox_lane.c.state == "new").values(**values))


#: How long a lane waits for a missing event before it looks again.
GAP_PAUSE_S = 0.5
