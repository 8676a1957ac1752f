"""What must be true after every step, and what once everything has calmed down."""

from __future__ import annotations

from collections import Counter

from plumbline.contracts.envelope import Envelope
from plumbline.mesh.events.relay import Relay
from tests.mesh.model.world import ATTEMPTS, World


class Breach(AssertionError):
    """A promise is broken."""


def _hold(truth: object, promise: str, *evidence: object) -> None:
    if not truth:
        raise Breach(f"{promise}: {evidence}")


def an_act_and_its_events_are_one(world: World) -> None:
    """What a service knows and what it says of it were committed together."""
    for item, version in world.see("speaker", "SELECT id, version FROM items"):
        _hold(version == len(world.said[item]), "committed is there", item, version)
    said = [(item, n) for item, kinds in world.said.items() for n, _ in enumerate(kinds, 1)]
    outbox = world.see("speaker", "SELECT aggregate, sequence FROM outbox")
    _hold(sorted(outbox) == sorted(said), "the outbox holds what was committed", outbox, said)


def an_effect_has_its_event_and_comes_once(world: World) -> None:
    """No ghosts, no doubles."""
    effects = world.see("hearer", "SELECT item, sequence FROM heard")
    twice = [effect for effect, count in Counter(effects).items() if count > 1]
    ghosts = [(item, n) for item, n in effects if n not in world.changes(item)]
    _hold(not twice, "nothing takes effect twice", twice)
    _hold(not ghosts, "nothing takes effect that was not committed", ghosts)
    (echoes,) = world.see("hearer", "SELECT count(*) FROM outbox")
    _hold(echoes[0] == len(effects), "an effect and what it says are one", echoes, effects)


def effects_come_in_order(world: World) -> None:
    """Per aggregate without a gap, but for what a person discarded."""
    heard: dict[str, list[int]] = {}
    for item, sequence in world.see("hearer", "SELECT item, sequence FROM heard ORDER BY row"):
        heard.setdefault(item, []).append(sequence)
    for item, sequences in heard.items():
        wanted = [n for n in world.changes(item) if (item, n) not in world.discarded]
        _hold(sequences == wanted[: len(sequences)], "effects come in order", item, sequences, wanted)


def positions_have_no_gap(world: World) -> None:
    """A position is given once, to one event, and stays."""
    ((head,),) = world.see("speaker", "SELECT position FROM outbox_head")
    given = world.see("speaker", "SELECT position, id FROM outbox WHERE position IS NOT NULL ORDER BY position")
    _hold([position for position, _ in given] == list(range(1, head + 1)), "positions have no gap", head, given)
    kept = dict(given)
    for event in world.broker.wire:
        _hold(kept.get(event.position) == event.id, "a position sent is kept", event.position, event.aggregate)


def what_is_marked_was_taken(world: World) -> None:
    """Nothing counts as sent that no queue has."""
    taken = {event.id for event in world.broker.wire}
    marked = {found for (found,) in world.see("speaker", "SELECT id FROM outbox WHERE sent_at IS NOT NULL")}
    _hold(marked <= taken, "what is marked was taken by a queue", marked - taken)


def what_is_acknowledged_is_kept(world: World) -> None:
    """The broker may forget only what is in the inbox, or has been."""
    stored = set(world.see("hearer", "SELECT aggregate, sequence FROM inbox"))
    marks = dict(world.see("hearer", "SELECT aggregate, applied FROM inbox_lane"))
    for event in world.broker.acknowledged:
        kept = (event.aggregate, event.sequence) in stored or marks.get(event.aggregate, 0) >= event.sequence
        _hold(kept, "what is acknowledged is kept", event.aggregate, event.sequence)


def what_is_received_has_no_gap(world: World) -> None:
    """Up to the position a consumer notes, it has everything."""
    for (noted,) in world.see("hearer", "SELECT position FROM inbox_source"):
        stored = set(world.see("hearer", "SELECT aggregate, sequence FROM inbox"))
        marks = dict(world.see("hearer", "SELECT aggregate, applied FROM inbox_lane"))
        query = "SELECT aggregate, sequence FROM outbox WHERE position <= ?"
        for item, sequence in world.see("speaker", query, noted):
            here = (item, sequence) in stored or marks.get(item, 0) >= sequence
            _hold(here, "what is received has no gap", noted, item, sequence)


def the_inbox_holds_nothing_twice(world: World) -> None:
    """However often it was delivered."""
    query = "SELECT aggregate, sequence FROM inbox GROUP BY 1, 2 HAVING count(*) > 1"
    twice = world.see("hearer", query)
    _hold(not twice, "the inbox holds nothing twice", twice)


def only_a_failing_effect_is_charged(world: World) -> None:
    """Attempts are counted where the effect failed, and nowhere else."""
    for item, attempts, state in world.see("hearer", "SELECT aggregate, attempts, state FROM inbox_lane"):
        _hold(attempts <= world.failed[item], "only what failed is charged", item, attempts)
        _hold(state != "parked" or world.failed[item] >= ATTEMPTS, "parked after its attempts", item)


def it_goes_out_in_its_turn(world: World, event: Envelope) -> None:
    """While the relay holds an event back, later ones of its aggregate wait."""
    query = "SELECT sequence FROM outbox WHERE aggregate = ? AND sequence < ? AND sent_at IS NULL AND next_try_at > ?"
    now = world.clock().strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
    held = world.see("speaker", query, event.aggregate, event.sequence, now)
    _hold(not held, "a held event holds its aggregate", event.aggregate, event.sequence, held)


def outbox(world: World) -> list[tuple]:
    """Everything a relay may write."""
    return world.see("speaker", "SELECT row, position, epoch, sent_at, attempts FROM outbox ORDER BY row")


def only_the_relay_in_office_wrote(world: World, relay: Relay) -> None:
    """From the moment another has taken over, a relay writes nothing."""
    untouched = world.office is relay or outbox(world) == world.outbox_seen
    _hold(untouched, "a superseded relay writes nothing", relay.holder)


ALWAYS = (
    an_act_and_its_events_are_one,
    an_effect_has_its_event_and_comes_once,
    effects_come_in_order,
    positions_have_no_gap,
    what_is_marked_was_taken,
    what_is_acknowledged_is_kept,
    what_is_received_has_no_gap,
    the_inbox_holds_nothing_twice,
    only_a_failing_effect_is_charged,
)


def everything_arrived(world: World) -> None:
    """In the end, every committed event has its effect, and nothing is left lying."""
    effects = set(world.see("hearer", "SELECT item, sequence FROM heard"))
    wanted = {(item, n) for item in world.said for n in world.changes(item)} - world.discarded
    _hold(effects == wanted, "nothing is lost", wanted - effects)
    unsent = world.see("speaker", "SELECT aggregate, sequence FROM outbox WHERE sent_at IS NULL")
    _hold(not unsent, "everything was sent", unsent)
    busy = world.see("hearer", "SELECT aggregate, state FROM inbox_lane WHERE state != 'idle'")
    _hold(not busy, "every lane is at rest", busy)
