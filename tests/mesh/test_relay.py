"""The relay: everything is sent, in order, by one at a time, and is marked only when the broker has it."""

from itertools import count

import eventlet
import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from plumbline.cli import outbox as command
from plumbline.mesh import city
from plumbline.mesh.broker import topology
from plumbline.mesh.broker.topology import inbox_queue
from plumbline.mesh.events import sending
from plumbline.mesh.events.relay import Relay
from plumbline.mesh.storage.tables import outbox
from tests.mesh.town import wire
from tests.mesh.town.speaker import Item
from tests.mesh.town.town import FACES, PARTIES, STORAGES, until

NOBODY = "amqp://guest:guest@127.0.0.1:1//"


def unsent(town):
    return [row.aggregate for row in town.rows("speaker", outbox, outbox.c.row) if row.sent_at is None]


def stuck(town):
    with town.databases["speaker"].reading() as session:
        return [(row.aggregate, row.sequence, row.error) for row in sending.stuck(session)]


def sequences(town, item_id):
    return [sequence for item, sequence, _ in town.heard() if item == item_id]


@pytest.fixture
def impatient(monkeypatch):
    """What was refused is tried again soon."""
    monkeypatch.setattr(sending, "HOLD_PAUSES_S", (0.1,))


@pytest.fixture
def relays(town):
    """Makes relays of the speaker that run without a service."""
    made = []

    def relay(url=None, **options):
        database = town.databases["speaker"]
        made.append(Relay("speaker", database, database.engine, url or town.settings.broker_url, **options))
        return made[-1]

    yield relay
    for one in made:
        one.stop()


def test_events_of_an_aggregate_arrive_in_order_and_once_however_many_act(town):
    town.start("speaker", "hearer")
    pool = eventlet.GreenPool(20)

    list(pool.imap(lambda n: town.call("speaker", "add", {"id": f"i{n % 4}"}), range(80)))

    until(lambda: len(town.heard()) >= 80)
    for item_id in ("i0", "i1", "i2", "i3"):
        assert sequences(town, item_id) == list(range(1, 21))


def test_positions_have_no_gap_and_follow_the_order_of_saving(town):
    for n in range(10):
        town.say(f"i{n % 3}", times=1 + n % 2)
    town.start("speaker", "hearer")

    until(lambda: not unsent(town))

    assert [row.position for row in town.rows("speaker", outbox, outbox.c.row)] == list(range(1, 16))


def test_nothing_counts_as_sent_while_the_broker_is_away(town, relays):
    relay = relays(NOBODY, heard=True)
    town.say("a")
    relay.start()
    until(lambda: relay.active)
    until(lambda: town.rows("speaker", outbox)[0].position == 1)
    assert unsent(town) == ["a"]
    relay.stop()

    town.start("speaker", "hearer")

    until(lambda: town.heard() == [("a", 1, 1)])
    until(lambda: not unsent(town))


def test_what_one_process_saves_another_sends(town):
    town.start("speaker", "hearer")
    until(lambda: town.running[0].runtime.relay.active)

    town.say("a")

    until(lambda: town.heard() == [("a", 1, 1)])


def test_a_service_nobody_hears_sends_nothing_and_holds_nothing(town, relays):
    relay = relays(NOBODY, heard=False)
    town.say("a", times=3)

    relay.start()

    until(lambda: not unsent(town))
    assert [row.position for row in town.rows("speaker", outbox, outbox.c.row)] == [1, 2, 3]


def test_what_no_queue_takes_is_held_and_goes_out_when_there_is_one(town, queue, impatient):
    queue.delete(inbox_queue("hearer", "speaker"))
    town.start("speaker")
    town.say("a", times=2)
    until(lambda: stuck(town))
    assert {error for _, _, error in stuck(town)} == {"returned: no queue takes it"}
    assert unsent(town) == ["a", "a"]

    topology.apply(town.settings.broker_url, PARTIES)
    town.start("hearer")

    until(lambda: town.heard() == [("a", 1, 1), ("a", 2, 2)])
    until(lambda: not unsent(town))
    assert stuck(town) == []


def test_what_is_too_large_holds_only_its_aggregate(build, impatient):
    town = build(message_limit_bytes=2048, relay_batch=2)
    town.say("large", times=3)
    town.say("other", times=2)
    first = (outbox.c.aggregate == "large") & (outbox.c.sequence == 1)
    town.execute("speaker", update(outbox).where(first).values(data={"count": 1, "words": "x" * 4000}))

    town.start("speaker", "hearer")

    until(lambda: sequences(town, "other") == [1, 2])
    until(lambda: stuck(town))
    town.say("other")
    until(lambda: sequences(town, "other") == [1, 2, 3])
    assert [(item, sequence) for item, sequence, _ in stuck(town)] == [("large", 1)]
    assert unsent(town) == ["large"] * 3

    town.execute("speaker", update(outbox).where(first).values(data={"count": 1}))

    until(lambda: sequences(town, "large") == [1, 2, 3])
    until(lambda: not unsent(town))


def test_the_command_line_shows_what_is_held(town, monkeypatch):
    monkeypatch.setattr(city, "names", lambda: list(FACES))
    monkeypatch.setattr(city, "storages", lambda: STORAGES.items())
    monkeypatch.setattr(command, "load", lambda services: town.settings)
    town.say("a", times=2)
    first = outbox.c.sequence == 1
    town.execute("speaker", update(outbox).where(first).values(error="too large: 300000 bytes", attempts=3))

    done = CliRunner().invoke(command.app, ["stuck"])

    assert done.output == "speaker a item_changed.v1#1 attempts=3 error=too large: 300000 bytes\n"


def test_what_the_broker_did_not_confirm_is_sent_again(town, relays):
    relay = relays(heard=True)
    connect, failures = relay._connect, count()

    def unreliable():
        confirms = connect()
        publish = confirms.publish

        def lose(exchange, messages):
            publish(exchange, messages)
            if next(failures) < 2:
                raise OSError("the connection was lost before the confirm")

        confirms.publish = lose
        return confirms

    relay._connect = unreliable
    town.start("hearer")
    town.say("a", times=3)

    relay.start()

    until(lambda: not unsent(town))
    assert next(failures) == 3
    until(lambda: sequences(town, "a") == [1, 2, 3])


def test_a_relay_that_is_stopped_sends_first_what_was_said(town, relays):
    town.start("hearer")
    relay = relays(heard=True, poll_s=30)
    relay.start()
    until(lambda: relay.active)
    with town.work() as work:
        item = Item("a")
        work.items.add(item)
        work.say(item, wire.ItemChanged, {"count": 1})
        work.commit()

    relay.stop()

    assert unsent(town) == []
    until(lambda: sequences(town, "a") == [1])
