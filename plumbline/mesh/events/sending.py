"""What the relay reads and writes in the outbox; every step is one short transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import Row, exists, func, select, text, update
from sqlalchemy.orm import Session

from plumbline.contracts.envelope import Envelope
from plumbline.mesh import clock
from plumbline.mesh.errors import MeshError
from plumbline.mesh.storage.tables import outbox, outbox_head

#: A row the broker or the wire refuses is tried again after these pauses; the last one repeats.
HOLD_PAUSES_S = (1, 2, 5, 10, 30, 60)


class Superseded(MeshError):
    """Another relay has taken over; this one must not write any more."""


def take_over(session: Session, holder: str) -> None:
    """Name this relay as the only one whose marks count."""
    if session.execute(update(outbox_head).values(holder=holder)).rowcount == 0:  # type: ignore[attr-defined]
        raise MeshError("the outbox has no head; run the migrations")


def _head(session: Session, holder: str) -> Row:
    head = session.execute(select(outbox_head).with_for_update()).one()
    if head.holder != holder:
        raise Superseded(holder)
    return head


def advance(session: Session, holder: str, sent: Sequence[int], limit: int) -> list[Row]:
    """Mark `sent` rows, give the next ones their positions, and return those to be published, in order."""
    head = _head(session, holder)
    if sent:
        session.execute(update(outbox).where(outbox.c.row.in_(sent)).values(sent_at=clock.utcnow(), error=None))
    fresh = list(session.execute(_without_position(limit)).scalars())
    if fresh:
        _give_positions(session, fresh, head)
        session.execute(update(outbox_head).values(position=head.position + len(fresh)))
    # A row that was committed just now has no position yet; it is the next batch's.
    positioned = [row for row in session.execute(unsent(limit)) if row.position is not None]
    return sorted(positioned, key=lambda row: row.position)


def _without_position(limit: int) -> Any:
    """The rows to be given the next positions, whether or not those before them could be sent.

    So the feed goes on, for all who fetch, also while the broker takes nothing.
    """
    return unsent(limit).with_only_columns(outbox.c.row).where(outbox.c.position.is_(None))


def unsent(limit: int) -> Any:
    """The next rows, without those of an aggregate that is held."""
    held = outbox.alias("held")
    is_held = exists().where(
        held.c.sent_at.is_(None), held.c.next_try_at > clock.utcnow(), held.c.aggregate == outbox.c.aggregate
    )
    return select(outbox).where(outbox.c.sent_at.is_(None), ~is_held).order_by(outbox.c.row).limit(limit)


def _give_positions(session: Session, rows: list[int], head: Row) -> None:
    numbered = [{"r": row, "p": head.position + n, "e": head.epoch} for n, row in enumerate(rows, 1)]
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text(
                "UPDATE outbox SET position = v.p, epoch = :epoch"
                " FROM unnest(CAST(:rows AS bigint[]), CAST(:positions AS bigint[])) AS v(r, p) WHERE outbox.row = v.r"
            ),
            {"rows": rows, "positions": [n["p"] for n in numbered], "epoch": head.epoch},
        )
        return
    session.execute(text("UPDATE outbox SET position = :p, epoch = :e WHERE row = :r"), numbered)


def hold(session: Session, holder: str, row: int, error: str) -> None:
    """Keep a row back, and with it only its aggregate; it is tried again later and shows as stuck."""
    _head(session, holder)
    attempts = session.execute(select(outbox.c.attempts).where(outbox.c.row == row)).scalar_one()
    pause = HOLD_PAUSES_S[min(attempts, len(HOLD_PAUSES_S) - 1)]
    session.execute(
        update(outbox)
        .where(outbox.c.row == row)
        .values(attempts=attempts + 1, error=error[:500], next_try_at=clock.utcnow() + timedelta(seconds=pause))
    )


def events_after(session: Session, source: str, position: int, limit: int, most_bytes: int = 2**18) -> dict[str, Any]:
    """A page of the feed: events after `position`, in order, as many as one message takes.

    `next` is where the following page begins, `position` where the feed ends now. An event that no message takes is
    left out: it is held (see `stuck`), and whoever hears its aggregate waits for it.
    """
    query = select(outbox).where(outbox.c.position > position).order_by(outbox.c.position).limit(limit)
    events: list[dict[str, Any]] = []
    size, after = 0, position
    for row in session.execute(query):
        event = envelope(source, row).to_wire()
        length = len(orjson.dumps(event))
        if length <= most_bytes:
            size += length + 1
            if events and size > most_bytes:
                break
            events.append(event)
        after = row.position
    head = session.execute(select(outbox_head)).one()
    return {"events": events, "next": after, "position": head.position, "epoch": head.epoch}


def envelope(source: str, row: Row) -> Envelope:
    """The event a sent row stands for."""
    return Envelope(
        id=row.id,
        source=source,
        type=row.type,
        aggregate=row.aggregate,
        sequence=row.sequence,
        epoch=row.epoch,
        position=row.position,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        data=row.data,
        traceparent=row.traceparent,
    )


def stuck(session: Session) -> Iterable[Row]:
    """Rows that were refused and are held, oldest first."""
    return session.execute(
        select(outbox).where(outbox.c.sent_at.is_(None), outbox.c.error.is_not(None)).order_by(outbox.c.row)
    ).all()


def backlog(session: Session) -> tuple[int, float, int]:
    """How many rows are unsent, the age of the oldest in seconds, and how many are held."""
    unsent, oldest = session.execute(
        select(func.count(), func.min(outbox.c.recorded_at)).where(outbox.c.sent_at.is_(None))
    ).one()
    held = session.execute(
        select(func.count()).where(outbox.c.sent_at.is_(None), outbox.c.error.is_not(None))
    ).scalar_one()
    return unsent, (clock.utcnow() - oldest).total_seconds() if oldest else 0.0, held


def raise_epoch(session: Session) -> int:
    """After a restore from a backup: what is said from now on overrides what was said and then lost."""
    epoch = session.execute(select(outbox_head.c.epoch).with_for_update()).scalar_one() + 1
    session.execute(update(outbox_head).values(epoch=epoch, holder=None))
    return epoch
