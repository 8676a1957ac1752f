"""The database goes away and comes back; what was answered is there, and nothing is charged to an event."""

from tests.faults import faults
from tests.faults.faults import suffer


def test_a_restart_in_the_middle_of_everything(scene, load):
    suffer(scene, load, faults.database_restarts, 0)


def test_while_a_killed_database_is_away_nobody_dies(scene, load):
    suffer(scene, load, faults.database_is_killed, 2)


def test_with_every_connection_waiting_for_a_lock_calls_end_in_time(scene, load):
    """A pool of one, and a stranger who holds what it wants."""
    scene.processes["speaker"].terminate()
    speaker = scene.run("speaker", pool_size=1, pool_timeout_s=0.5)
    suffer(scene, load, faults.row_is_locked, 5)

    assert "PoolExhausted" in speaker.log
    scene.run("speaker")
