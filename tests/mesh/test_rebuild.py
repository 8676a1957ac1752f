"""Rebuilding: what events alone fill is emptied and filled again; what else they did is not done twice."""

import eventlet
import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from plumbline.cli import events as command
from plumbline.mesh import city
from plumbline.mesh.events import hearing, parked
from plumbline.mesh.storage.tables import inbox_lane, inbox_source
from tests.mesh.town import hearer
from tests.mesh.town.town import CONTRACTS, FACES, STORAGES, until


def sequences(town, item_id="a"):
    return [sequence for item, sequence, _ in town.heard() if item == item_id]


def rebuild(town):
    with town.databases["hearer"].writing() as session:
        lanes = parked.rebuild(session, hearer.STORAGE, "speaker")
        session.commit()
    return lanes


@pytest.fixture
def heard(build):
    """A town in which three items were heard of."""
    town = build(catch_up_s=0.2)
    town.start("speaker", "hearer")
    for item in "abc":
        town.say(item, times=5)
    until(lambda: len(town.heard()) == 15)
    until(lambda: [row.position for row in town.rows("hearer", inbox_source)] == [15])
    return town


def test_what_is_rebuilt_is_as_it_would_be_had_it_never_been_wrong(heard):
    heard.execute("hearer", update(hearer.heard).values(count=-1))
    heard.execute("hearer", hearer.heard.delete().where(hearer.heard.c.item == "b"))

    assert rebuild(heard) == 3

    until(lambda: len(heard.heard()) == 15)
    for item in "abc":
        assert [row for row in heard.heard() if row[0] == item] == [(item, n, n) for n in range(1, 6)]


def test_what_else_an_event_did_is_not_done_again(heard):
    done = []
    heard.listen(lambda event, work: done.append((event.aggregate, event.sequence)))

    rebuild(heard)
    until(lambda: heard.lane("a").applied == 5 and heard.lane("b").applied == 5 and heard.lane("c").applied == 5)
    heard.say("a", times=2)

    until(lambda: heard.lane("a").applied == 7)
    assert done == [("a", 6), ("a", 7)]


def test_rebuilding_twice_does_not_do_again_either_what_else_an_event_did(heard):
    done = []
    heard.listen(lambda event, work: done.append(event.sequence))

    rebuild(heard)
    rebuild(heard)
    until(lambda: [row.applied for row in heard.rows("hearer", inbox_lane)] == [5, 5, 5])

    assert done == []


def test_rebuilding_while_events_come_in_loses_none_and_doubles_none(heard):
    stop = eventlet.event.Event()

    def go_on_talking():
        while not stop.ready():
            heard.say("a")
            heard.say("d")
            eventlet.sleep(0.01)

    talking = eventlet.spawn(go_on_talking)
    for _ in range(5):
        eventlet.sleep(0.15)  # for the rebuilds to fall on different steps of receiving
        rebuild(heard)
    stop.send()
    talking.wait()

    said = len(heard.wires())
    until(lambda: len(heard.heard()) >= said, 20)
    for item in "abcd":
        assert sequences(heard, item) == list(range(1, len(sequences(heard, item)) + 1))
    assert len(heard.heard()) == said


def test_who_was_receiving_while_a_rebuild_began_does_not_note_how_far_it_came(heard):
    heard.running[1].stop()
    with heard.databases["hearer"].reading() as session:
        since = hearing.received(session, "speaker")

    rebuild(heard)
    with heard.databases["hearer"].writing() as session:
        hearing.note_received(session, "speaker", 1, 16, since=since)
        session.commit()

    with heard.databases["hearer"].reading() as session:
        assert hearing.received(session, "speaker") == (1, -1)


def test_a_parked_aggregate_begins_anew(heard):
    ear = {"broken": True}

    def fail(event, work):
        if ear["broken"] and event.sequence == 6:
            raise ZeroDivisionError
        work.session.execute(
            hearer.heard.insert().values(item=event.aggregate, sequence=event.sequence, count=event.data["count"])
        )

    heard.listen(fail, rebuilds=True)
    heard.say("a")
    until(lambda: heard.lane("a").state == "parked")
    ear["broken"] = False

    rebuild(heard)

    until(lambda: sequences(heard) == [1, 2, 3, 4, 5, 6])
    assert heard.lane("a").state == "idle"


@pytest.fixture
def on_the_town(heard, monkeypatch):
    """Has the command line work on the town."""
    monkeypatch.setattr(city, "storages", lambda chosen=None: iter((name, STORAGES[name]) for name in chosen or FACES))
    monkeypatch.setattr(city, "contract", CONTRACTS.__getitem__)
    monkeypatch.setattr(command, "load", lambda services: heard.settings)
    return heard


def test_the_command_line_rebuilds(on_the_town):
    on_the_town.execute("hearer", hearer.heard.delete())

    done = CliRunner().invoke(command.app, ["rebuild", "hearer", "--from", "speaker"])

    assert done.output == "hearer: 3 aggregates of speaker will be applied again\n"
    until(lambda: len(on_the_town.heard()) == 15)


def test_the_command_line_refuses_a_source_that_is_not_heard(on_the_town):
    done = CliRunner().invoke(command.app, ["rebuild", "speaker", "--from", "hearer"])

    assert done.exit_code == 2
    assert "does not hear" in done.output
