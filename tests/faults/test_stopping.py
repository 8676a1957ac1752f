"""A process is asked to stop: it says so first, finishes what it took, and goes."""

import os
import signal

from tests.harness import wait_for


def test_who_is_asked_to_stop_says_not_ready_while_it_still_answers(scene, load):
    scene.processes["speaker"].terminate()
    stopping = scene.run("speaker", stop_announce_s=2)
    load.until_done()

    os.kill(stopping.pid, signal.SIGTERM)
    scene.not_ready("speaker", 1)
    load.until_done(20, 3)

    assert stopping.wait() == 0
    scene.run("speaker")
    told = scene.rest(load)
    done_and_not_answered = told.unknown & {item for item, *_ in scene.town.heard()}
    assert done_and_not_answered == set(), "what it took it answers"


def test_a_second_signal_changes_nothing(scene, load):
    stopping = scene.processes["speaker"]
    load.until_done()
    for _ in range(2):
        os.kill(stopping.pid, signal.SIGTERM)
        load.run(0.05)

    assert stopping.wait() == 0
    scene.again("speaker")
    load.until_done()
    scene.rest(load)


def test_who_still_waits_for_its_database_can_be_stopped(without_database):
    scene = without_database
    waiting = scene.run("speaker", wait=False)
    wait_for(lambda: scene.get("speaker", "live") == 200, 20, "it lives")

    assert waiting.terminate() == 0
