"""Catching up: what the broker lost, or carried before a consumer was set up, comes from the source's outbox."""

import pytest
from sqlalchemy import update

from plumbline.mesh.broker import topology
from plumbline.mesh.broker.topology import inbox_queue
from plumbline.mesh.errors import TimedOut
from plumbline.mesh.storage.tables import inbox_source, outbox
from tests.mesh.town.queues import Queues
from tests.mesh.town.town import PARTIES, until

QUEUE = inbox_queue("hearer", "speaker")


def sequences(town, item_id="a"):
    return [sequence for item, sequence, _ in town.heard() if item == item_id]


@pytest.fixture
def attentive(build):
    """A town whose hearer looks often whether it missed something, and waits for no answer for long."""
    return build(catch_up_s=0.3, rpc_timeout_s=0.5)


def test_what_was_lost_in_the_middle_is_fetched_as_soon_as_the_next_event_shows_it(build):
    town = build(catch_up_s=3600)
    town.start("speaker", "hearer")
    until(lambda: town.rows("hearer", inbox_source))
    town.say("a", times=5)
    town.say("b", times=2)
    wires = town.wires()

    with Queues(town.settings.broker_url) as queue:
        queue.send(QUEUE, *(wire for wire in wires if wire["sequence"] != 2))

    until(lambda: sequences(town, "a") == [1, 2, 3, 4, 5])
    until(lambda: sequences(town, "b") == [1, 2])


def test_the_only_event_of_an_aggregate_is_missed_when_another_comes_after_it(build):
    town = build(catch_up_s=3600)
    town.start("speaker", "hearer")
    until(lambda: town.rows("hearer", inbox_source))
    town.say("a")
    town.say("b")
    _, after = town.wires()

    with Queues(town.settings.broker_url) as queue:
        queue.send(QUEUE, after)

    until(lambda: sequences(town, "b") == [1])
    until(lambda: sequences(town, "a") == [1])


def test_even_the_last_event_is_missed_when_it_was_lost(attentive):
    town = attentive
    town.start("speaker", "hearer")
    town.say("a", times=2)
    until(lambda: sequences(town) == [1, 2])
    town.running[0].runtime.relay.stop()

    town.say("a")
    town.wires()

    until(lambda: sequences(town) == [1, 2, 3])


def test_a_consumer_that_is_set_up_late_hears_everything(town, queue):
    queue.delete(QUEUE)
    for item in "abc":
        town.say(item, times=100)
    town.wires()
    topology.apply(town.settings.broker_url, PARTIES)

    town.start("speaker", "hearer")

    until(lambda: len(town.heard()) >= 300)
    for item in "abc":
        assert sequences(town, item) == list(range(1, 101))
    (mark,) = town.rows("hearer", inbox_source)
    assert (mark.epoch, mark.position) == (1, 300)


def test_large_events_come_in_as_many_pages_as_they_need(build):
    town = build(message_limit_bytes=16384)
    town.say("a", times=30)
    town.execute("speaker", update(outbox).values(data={"count": 1, "words": "x" * 3000}))
    town.wires()

    town.start("speaker", "hearer")

    until(lambda: sequences(town) == list(range(1, 31)))


def test_an_event_that_no_message_takes_keeps_only_its_own_aggregate_waiting(build):
    town = build(message_limit_bytes=16384)
    town.say("large", times=2)
    town.say("a", times=3)
    first = (outbox.c.aggregate == "large") & (outbox.c.sequence == 1)
    town.execute("speaker", update(outbox).where(first).values(data={"count": 1, "words": "x" * 20000}))
    town.wires()

    town.start("speaker", "hearer")

    until(lambda: sequences(town, "a") == [1, 2, 3])
    assert sequences(town, "large") == []


def test_while_the_source_is_away_the_consumer_asks_again(attentive):
    town = attentive
    town.say("a", times=3)
    town.wires()
    hearer = town.start("hearer")
    with pytest.raises(TimedOut):
        hearer.runtime.catch_ups[0].run_once()

    town.start("speaker")

    until(lambda: sequences(town) == [1, 2, 3])


def test_what_comes_both_ways_has_one_effect(attentive):
    town = attentive
    town.start("speaker", "hearer")

    for _ in range(5):
        town.say("a", times=4)
        until(lambda: town.rows("speaker", outbox)[-1].position)
        town.running[1].runtime.catch_ups[0].run_once()

    until(lambda: len(sequences(town)) >= 20)
    assert sequences(town) == list(range(1, 21))


def test_after_catching_up_nothing_is_asked_for_again(town):
    town.say("a", times=5)
    town.wires()
    town.start("speaker", "hearer")
    until(lambda: sequences(town) == [1, 2, 3, 4, 5])
    until(lambda: [row.position for row in town.rows("hearer", inbox_source)] == [5])

    assert town.running[1].runtime.catch_ups[0].run_once() == 0
