"""One process from its start to its end: ready when everything is there, not ready first when it stops."""

import json
import os
import signal
import sys

import eventlet
import pytest
import requests
from eventlet.event import Event
from sqlalchemy.exc import OperationalError

from plumbline.mesh import city, host
from plumbline.mesh.broker import inproc
from plumbline.mesh.storage.tables import outbox
from tests.harness import Process, free_port, wait_for
from tests.mesh.town.town import CONTRACTS, FACES, PARTIES, STORAGES, until
from tests.mesh.ways import in_one_process, over_servers

PROGRAM = [sys.executable, "-m", "tests.mesh.town.run"]


@pytest.fixture
def begin(town, monkeypatch):
    """Starts a host of both services in this process; what it would do to the whole process is left out."""
    for configure in (host.logs, host.clock, host.traces):
        monkeypatch.setattr(configure, "configure", lambda *about: None)
    monkeypatch.setattr(host.signal, "signal", lambda number, handler: None)
    monkeypatch.setattr(city, "face", FACES.__getitem__)
    monkeypatch.setattr(city, "storage", STORAGES.get)
    monkeypatch.setattr(city, "contract", CONTRACTS.__getitem__)
    monkeypatch.setattr(city, "parties", lambda: PARTIES)
    begun, ended = [], []

    def begin():
        begun.append(host.Host(town.settings, tuple(FACES)))
        begun[-1].start()
        return begun[-1]

    def end(running):
        ended.append(running)
        running.stop()

    begin.end = end
    yield begin
    for one in begun:
        if one not in ended:
            one.stop()


def readiness(running):
    """What the process says of itself: the status, and the parts that are missing."""
    reply = requests.get(f"http://127.0.0.1:{running.health.port}/ready", timeout=5)
    return reply.status_code, json.loads(reply.content)["failing"]


def container(running, name):
    return next(one for one in running.containers if one.service_name == name)


@in_one_process
def test_without_a_broker_a_process_waits_and_is_not_ready(town, begin):
    broker = inproc.broker(town.settings.broker_url.rpartition("/")[2])
    broker.refuse()

    running = begin()
    status, failing = readiness(running)
    assert status == 503
    assert {"speaker.broker", "hearer.broker"} <= set(failing)

    broker.refuse(False)
    until(lambda: readiness(running) == (200, []))


def test_a_process_is_ready_when_every_service_can_be_called(begin):
    running = begin()

    until(lambda: readiness(running) == (200, []))

    client = container(running, "hearer").runtime.client
    assert client.call("speaker", "echo", {"still": "here"}) == {"still": "here"}


def test_a_broker_that_takes_nothing_in_is_seen_at_once(begin):
    running = begin()
    until(lambda: readiness(running) == (200, []))
    link = container(running, "speaker").runtime.outgoing

    link._on_blocked("memory")
    assert readiness(running) == (503, ["speaker.broker"])

    link._on_unblocked()
    assert readiness(running) == (200, [])


def test_a_database_that_is_away_is_seen_and_so_is_its_return(begin, monkeypatch):
    running = begin()
    until(lambda: readiness(running) == (200, []))

    def away(engine, *, write):
        raise OperationalError("SELECT 1", {}, Exception("the database is away"))

    with monkeypatch.context() as patch:
        patch.setattr(container(running, "hearer").runtime.database, "_session", away)
        until(lambda: readiness(running) == (503, ["hearer.database"]))

    until(lambda: readiness(running) == (200, []))


def test_who_stops_says_so_first_and_answers_what_is_under_way(begin):
    running = begin()
    until(lambda: readiness(running) == (200, []))
    object.__setattr__(running.settings, "stop_announce_s", 0.5)
    gate, seen = Event(), []
    container(running, "speaker").runtime.declared.methods["slow"] = lambda request: gate.wait() or {"answered": True}
    client = container(running, "hearer").runtime.client
    slow = eventlet.spawn(client.call, "speaker", "slow", {})
    until(lambda: container(running, "speaker").runtime.server.running)

    stopping = eventlet.spawn(begin.end, running)
    until(lambda: readiness(running)[0] == 503)
    seen.append(client.call("speaker", "echo", {}))  # it still works while it is announced
    gate.send(None)

    assert slow.wait() == {"answered": True}
    stopping.wait()
    assert seen == [{}]


def test_what_asks_a_neighbour_while_all_of_them_stop_still_gets_its_answer(begin):
    running = begin()
    until(lambda: readiness(running) == (200, []))
    gate, hearer, speaker = Event(), container(running, "hearer").runtime, container(running, "speaker").runtime

    def nested(request):
        gate.wait()
        return hearer.client.call("speaker", "echo", {"asked": "late"})

    hearer.declared.methods["nested"] = nested
    caller = eventlet.spawn(speaker.client.call, "hearer", "nested", {})
    until(lambda: hearer.server.running)

    stopping = eventlet.spawn(begin.end, running)
    until(lambda: not hearer.server._taking)
    with eventlet.Timeout(0.5, False):
        until(lambda: not speaker.server._taking)
    assert speaker.server._taking, "it must outlast who may still ask it"
    gate.send(None)

    assert caller.wait() == {"asked": "late"}
    stopping.wait()


def test_what_was_said_last_is_heard_before_the_end(town, begin):
    running = begin()
    until(lambda: readiness(running) == (200, []))
    client = container(running, "hearer").runtime.client
    for n in range(20):
        client.call("speaker", "add", {"id": f"i{n}"})

    begin.end(running)

    assert [row for row in town.rows("speaker", outbox) if row.sent_at is None] == []


@in_one_process
def test_a_process_refuses_a_schema_that_is_behind(surroundings):
    with Process([*PROGRAM, "run", "speaker"], {**surroundings, "PLUMBLINE_HEALTH_PORT": "0"}) as process:
        assert process.wait() == 3
        assert "plumbline migrate speaker" in process.log


@over_servers
def test_a_process_that_is_told_to_end_answers_all_that_it_took(town):
    port = free_port()
    environ = {**town.environ, "PLUMBLINE_HEALTH_PORT": str(port), "PLUMBLINE_STOP_ANNOUNCE_S": "0.5"}
    with Process([*PROGRAM, "up"], environ) as process:
        wait_for(lambda: _status(port) == 200, 30, "readiness")
        caller = town.start("hearer").runtime.client
        ready, answers = [True], []

        def call(n):
            while ready:
                answers.append(caller.call("speaker", "add", {"id": f"i{n}"}))

        callers = [eventlet.spawn(call, n) for n in range(10)]
        until(lambda: len(answers) > 50)
        os.kill(process.pid, signal.SIGTERM)
        until(lambda: _status(port) == 503)
        ready.clear()  # as a load balancer would
        for one in callers:
            one.wait()

        assert process.wait() == 0
    said = town.rows("speaker", outbox)
    assert len(said) == len(answers)
    until(lambda: len(town.heard()) == len(answers))


def _status(port):
    try:
        return requests.get(f"http://127.0.0.1:{port}/ready", timeout=2).status_code
    except requests.RequestException:
        return 0
