"""The database goes away and comes back; what was answered is there, and nothing is charged to an event."""

import eventlet

from tests.faults.scene import Scene
from tests.faults.test_kills import rest
from tests.harness import wait_for


def test_a_restart_under_load(scene, load, own_postgres):
    load.until_done(100)
    own_postgres.restart("immediate")
    load.until_done(100, 60)
    scene.forget_connections()

    rest(scene, load)
    assert all(process.returncode is None for process in scene.processes.values())


def test_a_kill_under_load(scene, load, own_postgres):
    load.until_done(100)
    own_postgres.kill()
    load.run(2)
    assert scene.get("speaker", "live") == 200
    wait_for(lambda: scene.get("speaker", "ready") == 503, 10, "not ready without a database")
    own_postgres.start()
    load.until_done(100, 60)
    scene.forget_connections()

    rest(scene, load)


def test_a_database_that_is_absent_at_the_start(town, own_postgres):
    own_postgres.kill()
    scene = Scene(town)
    try:
        started = eventlet.spawn(scene.run, "speaker")
        wait_for(lambda: "speaker" in scene.health and scene.get("speaker", "live") == 200, 20, "it lives")
        assert scene.get("speaker", "ready") == 503
        own_postgres.start()
        started.wait()
        assert scene.get("speaker", "ready") == 200
    finally:
        own_postgres.await_ready()
        scene.close()
