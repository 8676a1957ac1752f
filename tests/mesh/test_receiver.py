"""The receiver: acknowledges what is committed, and puts away what is no event."""

import random

import orjson
import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from plumbline.mesh import metrics
from plumbline.mesh.broker import topology
from plumbline.mesh.broker.topology import dead_queue, inbox_queue
from plumbline.mesh.storage.tables import inbox, outbox
from tests.mesh.town.queues import Queues
from tests.mesh.town.town import PARTIES, until
from tests.mesh.ways import over_servers

QUEUE, DEAD = inbox_queue("hearer", "speaker"), dead_queue("hearer")


def duplicates():
    return metrics.heard("hearer", "speaker").duplicates._value.get()


@pytest.fixture
def take_away(monkeypatch):
    """Takes the database of a running service away, or gives it back."""

    def take_away(container, away=True):
        def broken(engine, *, write):
            raise OperationalError("BEGIN", {}, Exception("the database is away"))

        database = container.runtime.database
        if away:
            monkeypatch.setattr(database, "_session", broken)
        else:
            monkeypatch.undo()

    return take_away


def test_nothing_is_acknowledged_while_the_database_is_away(town, queue, take_away):
    hearer = town.start("hearer")
    take_away(hearer)
    town.say("a", times=3)
    queue.send(QUEUE, *town.wires())
    receiver = hearer.runtime.receivers[0]
    until(lambda: len(receiver._waiting) == 3)

    hearer.stop()
    until(lambda: queue.count(QUEUE) == 3)
    town.start("hearer")

    until(lambda: town.heard() == [("a", 1, 1), ("a", 2, 2), ("a", 3, 3)])
    until(lambda: queue.count(QUEUE) == 0)


def test_what_arrived_while_the_database_was_away_is_stored_when_it_is_back(town, queue, take_away):
    hearer = town.start("hearer")
    take_away(hearer)
    town.say("a", times=3)
    queue.send(QUEUE, *town.wires())
    until(lambda: len(hearer.runtime.receivers[0]._waiting) == 3)

    take_away(hearer, away=False)

    until(lambda: town.heard() == [("a", 1, 1), ("a", 2, 2), ("a", 3, 3)])
    until(lambda: not hearer.runtime.receivers[0]._waiting)


def test_a_lost_connection_brings_everything_again_to_no_effect(town):
    town.start("speaker", "hearer")
    for n in range(5):
        town.say("a", times=3)
        until(lambda n=n: town.rows("hearer", inbox) or len(town.heard()) > 3 * n)
        town.running[1].runtime.hearing.fail("pulled out by the test")

    until(lambda: len(town.heard()) >= 15)
    assert [sequence for _, sequence, _ in town.heard()] == list(range(1, 16))


def test_an_event_that_comes_again_is_counted_and_has_no_second_effect(town):
    town.start("speaker", "hearer")
    town.say("a", times=5)
    until(lambda: len(town.heard()) == 5)
    until(lambda: all(row.sent_at for row in town.rows("speaker", outbox)))
    before = duplicates()

    town.execute("speaker", update(outbox).values(sent_at=None))

    until(lambda: duplicates() == before + 5)
    assert len(town.heard()) == 5


def test_the_same_event_twice_in_one_batch_has_one_effect(town, queue):
    town.say("a", times=2)
    wires = town.wires()
    queue.send(QUEUE, *wires, *wires, *wires)

    town.start("hearer")

    until(lambda: len(town.heard()) >= 2 and queue.count(QUEUE) == 0)
    assert town.heard() == [("a", 1, 1), ("a", 2, 2)]
    assert queue.count(DEAD) == 0


def test_events_that_overtook_each_other_on_the_way_are_applied_in_order(build):
    town = build(inbox_batch=1)
    for item in ("a", "b", "c"):
        town.say(item, times=10)
    wires = town.wires()
    random.shuffle(wires)
    town.start("hearer")

    with Queues(town.settings.broker_url) as queue:
        queue.send(QUEUE, *wires)

    until(lambda: len(town.heard()) >= 30)
    for item in ("a", "b", "c"):
        assert [sequence for heard, sequence, _ in town.heard() if heard == item] == list(range(1, 11))


def an_event(**changes):
    """An event nobody has said, with changes; a change to None leaves the member away."""
    wire = {
        "id": "9f1c7a52-0000-4000-8000-000000000001",
        "source": "speaker",
        "type": "item_changed.v1",
        "aggregate": "hostile",
        "sequence": 1,
        "epoch": 1,
        "position": 1,
        "occurredAt": "2026-03-31T12:00:00+08:00",
        "recordedAt": "2026-03-31T04:00:00+00:00",
        "data": {"count": 666},
        **changes,
    }
    return orjson.dumps({name: value for name, value in wire.items() if value is not None})


HOSTILE = {
    "no body": (b"", {}),
    "bad JSON": (b'{"id": ', {}),
    "a list": (b"[1, 2]", {}),
    "deep JSON": (b"[" * 100_000, {}),
    "not UTF-8": (b"\xff\xfe{}", {}),
    "pickle": (b"\x80\x04K\x01.", {"content_type": "application/x-python-serialize"}),
    "no content type": (an_event(), {"content_type": None}),
    "another content type": (an_event(), {"content_type": "text/plain"}),
    "an unknown encoding": (an_event(), {"content_encoding": "x-nonsense", "content_type": None}),
    "of another source": (an_event(source="hearer"), {}),
    "huge": (an_event(data={"count": 1, "words": "x" * 400_000}), {}),
    "no id": (an_event(id=None), {}),
    "no aggregate": (an_event(aggregate=None), {}),
    "no data": (an_event(data=None), {}),
    "sequence 0": (an_event(sequence=0), {}),
    "sequence -1": (an_event(sequence=-1), {}),
    "sequence in words": (an_event(sequence="one"), {}),
    "sequence true": (an_event(sequence=True), {}),
    "sequence without end": (an_event(sequence=2**63), {}),
    "position 0": (an_event(position=0), {}),
    "no instant": (an_event(occurredAt="yesterday"), {}),
    "an instant without an offset": (an_event(occurredAt="2026-03-31T12:00:00"), {}),
}
#: What a file keeps and PostgreSQL does not.
UNSTORABLE = {
    "a null character": (an_event(aggregate="a\0b"), {}),
    "a long aggregate": (an_event(aggregate="x" * 101), {}),
    "a long type": (an_event(type="x" * 101), {}),
    "an epoch without end": (an_event(epoch=2**31), {}),
}


def surviving(town, queue, hostile):
    """The hearer puts all of it away and goes on."""
    town.say("a", times=4)
    first, *others = town.wires()
    town.start("hearer")
    queue.send(QUEUE, first)
    for body, properties in hostile.values():
        queue.put(QUEUE, body, **properties)
    queue.send(QUEUE, *others)

    until(lambda: len(town.heard()) >= 4)
    assert town.heard() == [("a", n, n) for n in range(1, 5)]
    until(lambda: queue.count(DEAD) == len(hostile))
    until(lambda: not town.running[0].runtime.receivers[0]._waiting)
    buried = [bytes(_bytes(queue.take(DEAD))) for _ in hostile]
    assert sorted(buried) == sorted(body for body, _ in hostile.values())


def _bytes(message):
    return message.body.encode() if isinstance(message.body, str) else message.body


def test_what_is_no_event_ends_among_the_dead_and_everything_else_goes_on(town, queue):
    surviving(town, queue, HOSTILE)


@over_servers
def test_what_cannot_be_stored_ends_among_the_dead_and_everything_else_goes_on(town, queue):
    surviving(town, queue, UNSTORABLE)


def test_the_dead_say_why_and_where_they_came_from(town, queue):
    town.start("hearer")

    queue.put(QUEUE, an_event(sequence=0))

    until(lambda: queue.count(DEAD) == 1)
    headers = queue.take(DEAD).headers
    assert headers["queue"] == QUEUE
    assert "counts begin at 1" in headers["reason"]


def test_the_dead_are_not_lost_when_they_have_no_queue_yet(town, queue):
    queue.delete(DEAD)
    hearer = town.start("hearer")
    queue.put(QUEUE, b"nonsense")
    until(lambda: hearer.runtime.receivers[0]._waiting)

    topology.apply(town.settings.broker_url, PARTIES)

    until(lambda: queue.count(DEAD) == 1)


def test_what_nobody_listens_to_is_passed_over(town, queue):
    town.say("a", times=3)
    first, second, third = town.wires()
    second["type"] = "item_praised.v1"
    town.start("hearer")

    queue.send(QUEUE, first, second, third)

    until(lambda: len(town.heard()) == 2)
    assert town.heard() == [("a", 1, 1), ("a", 3, 3)]
    assert town.lane("a").applied == 3
