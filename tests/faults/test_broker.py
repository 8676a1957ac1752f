"""The broker stops, dies, takes nothing in, or says nothing any more; no process dies or freezes of it."""

import eventlet
import pytest

from tests.faults import faults
from tests.faults.scene import Scene
from tests.harness import wait_for


def suffer(scene, load, fault, hold_s):
    load.until_done()
    fault(scene, load, hold_s)
    load.until_done()
    return scene.rest(load)


def emptied(scene, queue):
    """A quorum queue takes a while after a restart of the broker until it has a leader."""
    try:
        scene.broker.ctl("purge_queue", queue, "-p", scene.broker.url.rsplit("/", 1)[-1])
    except RuntimeError:
        return False
    return True


def test_a_broker_that_restarts_costs_nothing_but_time(scene, load):
    suffer(scene, load, faults.broker_restarts, 0)


def test_while_a_killed_broker_is_away_calls_fail_at_once_and_afterwards_everything_is_there(scene, load):
    suffer(scene, load, faults.broker_is_killed, 6)


def test_while_a_broker_takes_nothing_in_calls_fail_at_once(scene, load):
    suffer(scene, load, faults.broker_takes_nothing_in, 1)


def test_a_connection_that_is_half_open_is_noticed_by_its_silence(scene, load):
    suffer(scene, load, faults.connection_is_half_open, 1)


def test_a_connection_that_nobody_reads_is_given_up(scene, load):
    suffer(scene, load, faults.connection_stalls, 4)


def test_a_connection_that_is_cut_again_and_again_comes_back(scene, load):
    suffer(scene, load, faults.connection_is_cut, 1)


def test_what_the_broker_lost_is_fetched_from_its_source(scene, load):
    """The consumer is away, its queue is emptied behind everybody's back."""
    load.until_done()
    scene.processes["hearer"].kill9()
    load.until_done()
    wait_for(lambda: emptied(scene, "hearer.from.speaker"), 30, "the queue emptied")
    scene.again("hearer")

    scene.rest(load)


@pytest.fixture
def without_broker(own_broker, own_postgres, tmp_path):
    """The town's surroundings; then the broker is killed."""
    scene = Scene(own_broker, own_postgres, str(tmp_path))
    own_broker.kill()
    yield scene
    scene.heal()
    scene.close()


def test_a_process_that_starts_without_a_broker_lives_and_is_ready_when_there_is_one(without_broker):
    scene = without_broker
    started = eventlet.spawn(scene.run, "speaker")
    wait_for(lambda: scene.health and scene.get("speaker", "live") == 200, 20, "it lives")
    scene.not_ready("speaker", 5)

    scene.broker.start()
    started.wait()

    assert scene.get("speaker", "ready") == 200
