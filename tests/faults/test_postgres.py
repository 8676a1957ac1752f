"""The database goes away and comes back; what was answered is there, and nothing is charged to an event."""

import eventlet

from tests.faults import faults
from tests.faults.test_broker import suffer
from tests.harness import wait_for


def test_a_restart_in_the_middle_of_everything(scene, load):
    suffer(scene, load, faults.database_restarts, 0)


def test_while_a_killed_database_is_away_nobody_dies(scene, load):
    suffer(scene, load, faults.database_is_killed, 2)


def test_with_every_connection_waiting_for_a_lock_calls_end_in_time(scene, load):
    """A pool of one, and a stranger who holds what it wants."""
    scene.processes["speaker"].terminate()
    scene.run("speaker", pool_size=1, pool_timeout_s=0.5)
    suffer(scene, load, faults.row_is_locked, 5)

    assert "PoolExhausted" in scene.processes["speaker"].log


def test_a_process_that_starts_without_a_database_lives_and_is_ready_when_there_is_one(without_database):
    scene = without_database
    started = eventlet.spawn(scene.run, "speaker")
    wait_for(lambda: scene.health and scene.get("speaker", "live") == 200, 20, "it lives")
    scene.not_ready("speaker", 5)

    scene.postgres.start()
    started.wait()

    assert scene.get("speaker", "ready") == 200
