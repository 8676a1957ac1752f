"""Every guard of the sending side, each with a way to take it out of the code."""

from __future__ import annotations

from types import SimpleNamespace

from sqlalchemy import insert, or_, select, update

from plumbline.mesh import clock
from plumbline.mesh.events import sending
from plumbline.mesh.storage.tables import outbox, outbox_head
from plumbline.mesh.storage.work import OpenWork, Work
from tests.mesh.model.broker import Confirms


def outbox_in_the_acts_transaction(patch):
    """Instead: commit the act, then write what it says."""

    def commit(work):
        work.session.flush()
        work.session.commit()
        work.session.execute(insert(outbox), work._said)
        work.session.commit()

    patch.setattr(Work, "commit", commit)


def rollback_unless_committed(patch):
    """Instead: what a unit of work did is saved when it is left."""
    enter, leave = OpenWork.__enter__, OpenWork.__exit__

    def entered(opened):
        opened.work = enter(opened)
        return opened.work

    def left(opened, *exc_info):
        opened.work.session.commit()
        leave(opened, *exc_info)

    patch.setattr(OpenWork, "__enter__", entered)
    patch.setattr(OpenWork, "__exit__", left)


def position_saved_before_publishing(patch):
    """Instead: number rows as they are published, save the numbers of those that arrived."""

    def advance(session, holder, sent, limit):
        head = sending._head(session, holder)
        for position, row in enumerate(sorted(sent), head.position + 1):
            values = {"position": position, "epoch": head.epoch, "sent_at": clock.utcnow()}
            session.execute(update(outbox).where(outbox.c.row == row).values(**values))
        session.execute(update(outbox_head).values(position=head.position + len(sent)))
        rows = session.execute(sending.unsent(limit)).mappings().all()
        first = head.position + len(sent) + 1
        return [SimpleNamespace(**{**row, "position": n, "epoch": head.epoch}) for n, row in enumerate(rows, first)]

    patch.setattr(sending, "advance", advance)


def mark_after_the_confirm(patch):
    """Instead: mark rows when they are read."""
    advance = sending.advance

    def mark_at_once(session, holder, sent, limit):
        rows = advance(session, holder, sent, limit)
        here = outbox.c.row.in_([row.row for row in rows])
        session.execute(update(outbox).where(here).values(sent_at=clock.utcnow()))
        return rows

    patch.setattr(sending, "advance", mark_at_once)


def fencing_token(patch):
    """Instead: whoever thinks it is in office writes."""
    patch.setattr(sending, "_head", lambda session, holder: session.execute(select(outbox_head)).one())


def returned_is_not_sent(patch):
    """Instead: believe the confirm."""
    patch.setattr(Confirms, "returned", property(lambda self: set(), lambda self, rows: None))


def held_event_holds_its_aggregate(patch):
    """Instead: only the refused row itself waits."""

    def unsent(limit):
        ready = or_(outbox.c.next_try_at.is_(None), outbox.c.next_try_at <= clock.utcnow())
        return select(outbox).where(outbox.c.sent_at.is_(None), ready).order_by(outbox.c.row).limit(limit)

    patch.setattr(sending, "unsent", unsent)


SENDING = (
    outbox_in_the_acts_transaction,
    rollback_unless_committed,
    position_saved_before_publishing,
    mark_after_the_confirm,
    fencing_token,
    returned_is_not_sent,
    held_event_holds_its_aggregate,
)
