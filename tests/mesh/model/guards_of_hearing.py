"""Every guard of the hearing side, each with a way to take it out of the code."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from plumbline.mesh import claims
from plumbline.mesh.claims import ClaimLoop
from plumbline.mesh.events import hearing
from plumbline.mesh.events.applying import InboxClaim
from plumbline.mesh.events.catchup import CatchUp
from plumbline.mesh.events.receiver import Receiver
from plumbline.mesh.storage.tables import inbox, inbox_lane
from tests.mesh.model.world import World


def acknowledge_after_the_commit(patch):
    """Instead: acknowledge, then store."""

    def turn(receiver):
        messages = receiver._waiting[: receiver.batch]
        receiver._acknowledge(receiver._channel, messages)
        receiver._store(messages)

    patch.setattr(Receiver, "turn", turn)


def acknowledge_on_the_connection_it_came_on(patch):
    """Instead: on whichever connection there is now."""
    acknowledge = Receiver._acknowledge
    patch.setattr(Receiver, "_acknowledge", lambda self, _, messages: acknowledge(self, self._channel, messages))


def key_of_the_inbox(patch):
    """Instead: a table without a key."""
    begin = World.__init__

    def without_key(world, *args):
        begin(world, *args)
        see = world._eyes["hearer"]
        see.executescript(
            "CREATE TABLE loose AS SELECT * FROM inbox; DROP TABLE inbox; ALTER TABLE loose RENAME TO inbox"
        )

    patch.setattr(World, "__init__", without_key)


def mark_of_a_lane(patch):
    """Instead: an event has been heard before only while it lies in the inbox."""

    def lane(claim, session, lane, stored, most):
        applied, done = lane.applied, 0
        for row in stored:
            if row.sequence <= applied + 1:
                claim._apply(session, row, lane)
                applied, done = max(applied, row.sequence), done + 1
        return hearing.Advance(lane, lane.epoch, applied), done

    patch.setattr(hearing, "_lanes", lambda lanes: select(inbox_lane).where(inbox_lane.c.source == ""))
    patch.setattr(InboxClaim, "_lane", lane)


def strict_sequence(patch):
    """Instead: apply what is there."""
    patch.setattr(InboxClaim, "_is_next", lambda *_: True)


def effect_and_mark_together(patch):
    """Instead: commit the effect, then move the mark."""
    apply = InboxClaim._apply

    def apply_and_commit(claim, session, row, lane):
        apply(claim, session, row, lane)
        session.commit()

    patch.setattr(InboxClaim, "_apply", apply_and_commit)


def stored_event_wakes_its_lane(patch):
    """Instead: a lane is only made, never woken."""

    def make_lanes(session, lanes, now):
        fresh = [
            {"source": source, "aggregate": name, "epoch": epoch, "applied": 0, "state": "new", "changed_at": now}
            for source, name, epoch in lanes
        ]
        session.execute(hearing.upsert(session, inbox_lane).on_conflict_do_nothing(), fresh)

    patch.setattr(hearing, "_wake_lanes", make_lanes)


def failed_event_stays(patch):
    """Instead: drop it and go on."""

    def drop(claim, session, lane, error):
        following = lane.applied + 1
        session.execute(delete(inbox).where(inbox.c.aggregate == lane.aggregate, inbox.c.sequence == following))
        session.execute(update(inbox_lane).where(inbox_lane.c.aggregate == lane.aggregate).values(applied=following))

    patch.setattr(InboxClaim, "failed", drop)


def only_the_row_at_fault_is_charged(patch):
    """Instead: charge the whole batch."""

    def charge(loop, row):
        with loop._transaction() as session:
            loop.claim.failed(session, row, Exception())
            session.commit()

    patch.setattr(ClaimLoop, "_alone", charge)


def machinery_is_nobodys_fault(patch):
    """Instead: count every failure as an attempt."""
    patch.setattr(claims, "is_infrastructure", lambda error: False)


def received_only_without_a_gap(patch):
    """Instead: note the furthest position seen."""

    def keep(receiver, envelopes):
        with receiver.database.writing(receiver.engine) as session:
            hearing.store(session, envelopes)
            hearing.note_received(session, receiver.source, 1, max(event.position for event in envelopes))
            session.commit()

    patch.setattr(Receiver, "keep", keep)


def noted_after_it_is_stored(patch):
    """Instead: the catch-up notes how far it has come, then stores."""
    run_once = CatchUp.run_once

    def note_first(catch_up):
        receiver = catch_up.receiver
        with receiver.database.reading(receiver.engine) as session:
            _, position = hearing.received(session, receiver.source)
        page: dict[str, Any] = catch_up.ask(receiver.source, "events_after", {"position": position, "limit": 9})
        with receiver.database.writing(receiver.engine) as session:
            hearing.note_received(session, receiver.source, 1, position + len(page["events"]))
            session.commit()
        return run_once(catch_up)

    patch.setattr(CatchUp, "run_once", note_first)


def catch_up(patch):
    """Instead: trust the broker."""
    patch.setattr(CatchUp, "run_once", lambda self: 0)


HEARING = (
    acknowledge_after_the_commit,
    acknowledge_on_the_connection_it_came_on,
    key_of_the_inbox,
    mark_of_a_lane,
    strict_sequence,
    effect_and_mark_together,
    stored_event_wakes_its_lane,
    failed_event_stays,
    only_the_row_at_fault_is_charged,
    machinery_is_nobodys_fault,
    received_only_without_a_gap,
    noted_after_it_is_stored,
    catch_up,
)
