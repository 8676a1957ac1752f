"""The broker stops, dies, takes nothing in, or says nothing any more; no process dies or freezes of it."""

import time

import eventlet
import pytest

from tests.faults.load import Load
from tests.faults.scene import Scene
from tests.faults.test_kills import rest
from tests.harness import Proxy, wait_for


def alive(scene):
    return all(process.returncode is None for process in scene.processes.values())


def test_a_restart(scene, load, own_broker):
    load.until_done(100)
    own_broker.restart()
    load.until_done(100, 60)

    rest(scene, load)
    assert alive(scene)


def test_a_kill(scene, load, own_broker):
    load.until_done(100)
    own_broker.kill()
    load.run(3)
    assert scene.get("hearer", "live") == 200
    wait_for(lambda: scene.get("hearer", "ready") == 503, 10, "not ready without a broker")
    own_broker.start()
    load.until_done(100, 60)

    told = rest(scene, load)

    assert alive(scene)
    assert told.undone, "calls fail at once while there is no broker"


def test_an_alarm(scene, load, own_broker):
    load.until_done(100)
    own_broker.alarm(True)
    try:
        load.run(4)
        before = len(load.told.done)
        load.run(1)
        assert len(load.told.done) == before, "nothing can be sent"
    finally:
        own_broker.alarm(False)
    load.until_done(100, 60)

    rest(scene, load)
    assert alive(scene)


@pytest.fixture
def proxied(town, own_broker):
    """The services reach the broker through a proxy; the clients do not."""
    with Proxy(own_broker.port) as proxy:
        scene = Scene(town)
        for name in ("speaker", "hearer"):
            scene.run(name, broker_url=proxy.url_for(town.settings.broker_url))
        yield scene, proxy
        scene.close()


def test_a_connection_that_is_half_open(proxied):
    scene, proxy = proxied
    load = Load(scene.town.settings)
    load.until_done(60)
    proxy.half_open()
    wait_for(lambda: scene.get("speaker", "ready") == 503, 20, "the heartbeat's absence noticed")
    proxy.heal()
    load.until_done(60, 60)

    rest(scene, load)
    assert alive(scene)


def test_lost_and_doubled_messages(scene, load, own_broker):
    """A relay that dies after publishing publishes again; a queue that is emptied is made up for."""
    load.until_done(60)
    for _ in range(3):
        scene.processes["speaker"].kill9()
        scene.again("speaker")
        load.until_done(20)
    scene.processes["hearer"].kill9()
    load.until_done(60)
    own_broker.ctl("purge_queue", "hearer.from.speaker", "-p", own_broker.url.rsplit("/", 1)[-1])
    scene.again("hearer")
    load.until_done(20)

    rest(scene, load)


def test_a_broker_that_is_absent_at_the_start(town, own_broker):
    own_broker.kill()
    scene = Scene(town)
    try:
        started = eventlet.spawn(scene.run, "speaker")
        wait_for(lambda: "speaker" in scene.health and scene.get("speaker", "live") == 200, 20, "it lives")
        began = time.monotonic()
        wait_for(lambda: scene.get("speaker", "ready") == 503, 5, "it is not ready")
        assert time.monotonic() - began < 5
        own_broker.start()
        started.wait()
        assert scene.get("speaker", "ready") == 200
    finally:
        own_broker.await_ready()
        scene.close()
