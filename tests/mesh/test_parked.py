"""Parked aggregates: after enough failures one aggregate waits for a person, who decides from any process."""

import json

import pytest
from typer.testing import CliRunner

from plumbline.cli import parked as parked_command
from plumbline.mesh import city
from plumbline.mesh.broker.topology import inbox_queue
from plumbline.mesh.events import parked
from plumbline.mesh.events.sending import envelope
from plumbline.mesh.storage.tables import inbox, inbox_decision, outbox
from tests.mesh.town import hearer
from tests.mesh.town.town import FACES, STORAGES, until

QUEUE = inbox_queue("hearer", "speaker")


class Broken(Exception):
    """What a listener raises here."""


class Ear:
    """Applies events, but not those of item `b` while it is broken."""

    def __init__(self):
        self.broken = True

    def __call__(self, event, work):
        row = {"item": event.aggregate, "sequence": event.sequence, "count": event.data["count"]}
        work.session.execute(hearer.heard.insert().values(**row))
        if self.broken and event.aggregate == "b":
            raise Broken


def sequences(town, item_id):
    return [sequence for item, sequence, _ in town.heard() if item == item_id]


def lanes(town):
    with town.databases["hearer"].reading() as session:
        return list(parked.parked(session))


@pytest.fixture
def ear(town):
    """A hearer with items `a` and `b`, of which `b` is parked at its first event."""
    ear = Ear()
    town.start("speaker", "hearer")
    town.listen(ear)
    for item in "ab":
        town.say(item, times=3)
    until(lambda: lanes(town))
    until(lambda: sequences(town, "a") == [1, 2, 3])
    return ear


@pytest.fixture
def command(town, monkeypatch):
    """Runs a command of the command line on the town."""
    for name, value in town.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(city, "names", lambda: list(FACES))
    monkeypatch.setattr(city, "everything", lambda: list(FACES))
    monkeypatch.setattr(city, "face", FACES.__getitem__)
    monkeypatch.setattr(city, "storage", STORAGES.get)
    monkeypatch.setattr(parked_command, "load", lambda services: town.settings)

    def command(app, *arguments):
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.output
        return done.output

    return command


def decide(town, decision, item_id="b"):
    with town.databases["hearer"].writing() as session:
        decision(session, "speaker", item_id, by="王芳", reason="mended")
        session.commit()


def test_what_fails_too_often_is_parked_and_nothing_else_is(town, ear):
    (lane,) = lanes(town)

    assert (lane.source, lane.aggregate, lane.sequence, lane.type) == ("speaker", "b", 1, "item_changed.v1")
    assert (lane.attempts, lane.error) == (town.settings.inbox_attempts, "Broken")
    assert lane.envelope["data"] == {"count": 1}
    assert sequences(town, "b") == []


def test_a_parked_aggregate_keeps_what_comes_and_the_others_go_on(town, ear):
    town.say("b")
    town.say("a")

    until(lambda: sequences(town, "a") == [1, 2, 3, 4])
    until(lambda: len(town.rows("hearer", inbox)) == 4)
    assert sequences(town, "b") == []
    assert (town.lane("b").state, town.lane("b").attempts) == ("parked", town.settings.inbox_attempts)


def test_what_is_replayed_is_applied_with_all_that_waited_behind_it(town, ear):
    ear.broken = False

    decide(town, parked.replay)

    until(lambda: sequences(town, "b") == [1, 2, 3])
    until(lambda: town.lane("b").state == "idle")
    assert town.lane("b").attempts == 0


def test_what_is_replayed_too_early_is_parked_again(town, ear):
    decide(town, parked.replay)

    until(lambda: town.lane("b").state == "parked")
    assert [(lane.sequence, lane.attempts) for lane in lanes(town)] == [(1, town.settings.inbox_attempts)]


def test_what_is_discarded_is_passed_over_and_kept(town, ear):
    ear.broken = False

    decide(town, parked.discard)

    until(lambda: sequences(town, "b") == [2, 3])
    (row,) = town.rows("hearer", inbox_decision)
    assert (row.decision, row.decided_by, row.reason, row.sequence) == ("discard", "王芳", "mended", 1)
    assert row.envelope["data"] == {"count": 1}


def test_what_was_discarded_does_not_come_back(town, ear, queue):
    ear.broken = False
    decide(town, parked.discard)
    until(lambda: sequences(town, "b") == [2, 3])
    with town.databases["speaker"].reading() as session:
        rows = session.execute(outbox.select().where(outbox.c.aggregate == "b")).all()
        again = [envelope("speaker", row).to_wire() for row in rows]

    queue.send(QUEUE, *again)
    town.say("b")

    until(lambda: sequences(town, "b") == [2, 3, 4])


@pytest.mark.parametrize("decision", [parked.replay, parked.discard])
def test_only_what_is_parked_can_be_decided(town, ear, decision):
    with pytest.raises(parked.NotParked):
        decide(town, decision, "a")
    with pytest.raises(parked.NotParked):
        decide(town, decision, "nothing")


def test_an_event_that_does_not_fit_its_schema_is_parked_too(town, queue):
    town.say("c", times=2)
    first, second = town.wires()
    town.start("hearer")

    queue.send(QUEUE, {**first, "data": {"count": "many"}}, second)

    until(lambda: lanes(town))
    assert [(lane.aggregate, lane.error) for lane in lanes(town)] == [("c", "ValidationError")]


def test_the_command_line_lists_shows_and_replays(town, ear, command):
    assert command(parked_command.app, "list").startswith("hearer speaker b item_changed.v1#1 attempts=4 error=Broken")
    assert json.loads(command(parked_command.app, "show", "hearer", "speaker", "b"))["data"] == {"count": 1}
    ear.broken = False

    said = command(parked_command.app, "replay", "hearer", "speaker", "b", "--reason", "mended")

    assert said == "item_changed.v1#1 will be applied again\n"
    until(lambda: sequences(town, "b") == [1, 2, 3])
    assert command(parked_command.app, "list") == ""


def test_the_command_line_discards_and_says_who_and_why(town, ear, command):
    ear.broken = False

    command(parked_command.app, "discard", "hearer", "speaker", "b", "--reason", "a test")

    until(lambda: sequences(town, "b") == [2, 3])
    (row,) = town.rows("hearer", inbox_decision)
    assert (row.decision, row.reason) == ("discard", "a test")
    assert row.decided_by


def test_the_command_line_refuses_what_is_not_parked(town, ear, command):
    done = CliRunner().invoke(parked_command.app, ["replay", "hearer", "speaker", "a", "--reason", "x"])

    assert done.exit_code == 2
    assert "not parked" in done.output
