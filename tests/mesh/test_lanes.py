"""Lanes: the events of one aggregate are applied strictly in order, each with its effect, or the lane stands still."""

import eventlet
import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from plumbline.mesh import clock, context as contexts
from plumbline.mesh.broker.topology import inbox_queue
from plumbline.mesh.events import applying
from plumbline.mesh.storage.tables import due_work, inbox, outbox
from tests.mesh.town import hearer, wire
from tests.mesh.town.town import until

QUEUE = inbox_queue("hearer", "speaker")


class Broken(Exception):
    """What a listener raises here."""


def sequences(town, item_id):
    return [sequence for item, sequence, _ in town.heard() if item == item_id]


def note(event, work):
    """The effect of an event."""
    row = {"item": event.aggregate, "sequence": event.sequence, "count": event.data["count"]}
    work.session.execute(hearer.heard.insert().values(**row))


@pytest.fixture
def hearing(town, queue):
    """Has the events of three items on the queue, and a hearer that applies them as it is told."""

    def hearing(apply, items="abc", times=5):
        for item in items:
            town.say(item, times)
        container = town.start("hearer")
        town.listen(apply)
        queue.send(QUEUE, *town.wires())
        return container

    return hearing


def test_an_event_that_fails_is_not_overtaken_by_the_next_of_its_aggregate(town, hearing):
    tried = []

    def fail_twice(event, work):
        tried.append((event.aggregate, event.sequence))
        note(event, work)
        if event.aggregate == "b" and tried.count(("b", 2)) < 3 and event.sequence == 2:
            raise Broken

    hearing(fail_twice)

    until(lambda: len(town.heard()) >= 15)
    for item in "abc":
        assert sequences(town, item) == [1, 2, 3, 4, 5]
    assert tried.count(("b", 2)) >= 3


def test_while_one_aggregate_fails_the_others_go_on(build):
    town = build(inbox_attempts=50)
    town.start("speaker", "hearer")
    healed = eventlet.event.Event()

    def fail(event, work):
        if event.aggregate == "b" and not healed.ready():
            raise Broken
        note(event, work)

    town.listen(fail)
    for item in "abc":
        town.say(item, times=3)
    until(lambda: len(town.heard()) == 6)
    town.say("a")
    until(lambda: sequences(town, "a") == [1, 2, 3, 4])
    assert sequences(town, "b") == []

    healed.send()

    until(lambda: sequences(town, "b") == [1, 2, 3])


def test_the_effect_of_an_event_that_fails_in_the_end_is_rolled_back(town, hearing):
    failures = iter([True, True])

    def fail_after_the_effect(event, work):
        note(event, work)
        work.flush()
        if event.sequence == 1 and next(failures, False):
            raise Broken

    hearing(fail_after_the_effect, items="a", times=2)

    until(lambda: len(town.heard()) >= 2)
    assert sequences(town, "a") == [1, 2]


@pytest.mark.parametrize("step", ["finish", "commit"])
def test_the_effect_and_its_mark_are_saved_together_or_not_at_all(town, hearing, monkeypatch, step):
    """The process ends after the effect, before the mark or before the commit: nothing of it is there."""
    deaths = iter([True, True])
    where = applying.hearing if step == "finish" else Session
    goes_well = getattr(where, step)

    def die(session, *args):
        if session.info.get("effect") and next(deaths, False):
            raise ConnectionError("the process ends here")
        goes_well(session, *args)

    def marked(event, work):
        work.session.info["effect"] = True
        note(event, work)

    monkeypatch.setattr(where, step, die)
    hearing(marked, items="a", times=2)

    until(lambda: len(town.heard()) >= 2)
    assert sequences(town, "a") == [1, 2]
    assert (town.lane("a").applied, town.lane("a").attempts) == (2, 0)


def test_failures_are_charged_to_the_one_that_fails(town, hearing):
    def fail(event, work):
        if event.aggregate == "b":
            raise Broken
        note(event, work)

    hearing(fail)

    until(lambda: town.lane("b") and town.lane("b").attempts)
    until(lambda: len(town.heard()) == 10)
    assert [town.lane(item).attempts for item in "ac"] == [0, 0]


def test_a_failure_of_the_machinery_is_charged_to_nobody_and_parks_nothing(build, queue):
    town = build(inbox_attempts=1)
    town.say("a", times=3)
    town.say("b")
    container = town.start("hearer")
    container.runtime.loops["inbox"].poll_s = 0.05
    failures = iter([True] * 3)

    def away(event, work):
        note(event, work)
        if event.aggregate == "a" and next(failures, False):
            raise OperationalError("INSERT", {}, Exception("the database is away"))

    town.listen(away)
    queue.send(QUEUE, *town.wires())

    until(lambda: len(town.heard()) >= 4, 20)
    assert sequences(town, "a") == [1, 2, 3]
    assert (town.lane("a").attempts, town.lane("a").state) == (0, "idle")


def test_an_event_waits_for_the_one_before_it(town, queue):
    town.say("a", times=3)
    town.say("b")
    first, second, third, other = town.wires()
    town.start("hearer")

    queue.send(QUEUE, third, second, other)
    until(lambda: sequences(town, "b") == [1])
    until(lambda: town.lane("a").state == "waiting")
    assert sequences(town, "a") == []
    assert town.lane("a").error == "an earlier event is missing"

    queue.send(QUEUE, first)
    until(lambda: sequences(town, "a") == [1, 2, 3])
    until(lambda: town.lane("a").state == "idle")


def test_two_replicas_apply_each_event_once_and_in_order(town, queue):
    for _ in range(10):
        for item in "abcd":
            town.say(item)
    town.start("hearer", "hearer")

    queue.send(QUEUE, *town.wires())

    until(lambda: len(town.heard()) >= 40)
    for item in "abcd":
        assert sequences(town, item) == list(range(1, 11))


def test_a_long_lane_is_applied_to_its_end(town, hearing):
    hearing(note, items="a", times=150)

    until(lambda: len(town.heard()) >= 150)
    assert sequences(town, "a") == list(range(1, 151))
    until(lambda: not town.rows("hearer", inbox))
    assert (town.lane("a").state, town.lane("a").applied) == ("idle", 150)


def test_an_effect_happens_at_the_legal_instant_of_its_cause(town, queue):
    seen = []
    town.say("a")
    (event,) = town.wires()
    event["occurredAt"] = "2026-03-31T23:59:59+08:00"
    town.start("hearer")
    town.listen(
        lambda event, work: seen.append((event.occurred_at, work.today, clock.legal_today(), contexts.remaining()))
    )

    queue.send(QUEUE, event)

    until(lambda: seen)
    occurred, today, of_the_clock, remaining = seen[0]
    assert occurred.isoformat() == "2026-03-31T23:59:59+08:00"
    assert today.isoformat() == of_the_clock.isoformat() == "2026-03-31"
    assert remaining is None


def test_an_effect_may_ask_for_due_work_and_say_events_of_its_own(town, queue):
    class Echo:
        id, version = "echo", 0

    def react(event, work):
        work.due.at("remind", event.aggregate, work.legal_now)
        work.say(Echo(), wire.ItemPraised, {"count": event.data["count"]})

    town.start("speaker", "hearer")
    town.listen(react)
    town.say("a")

    until(lambda: town.rows("hearer", due_work))
    assert [(row.aggregate, row.type) for row in town.rows("hearer", outbox)] == [("echo", "item_praised.v1")]
