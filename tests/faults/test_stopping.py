"""A process begins without its servers, and ends when it is asked to: it says how it is, and finishes what it took."""

import os
import signal

from tests.harness import wait_for


def test_who_is_asked_to_stop_says_not_ready_while_it_still_answers(scene, load):
    speaker = scene.processes["speaker"]
    load.until_done()

    os.kill(speaker.pid, signal.SIGTERM)
    scene.not_ready("speaker", 1)
    os.kill(speaker.pid, signal.SIGTERM)
    load.until_done(20, 3)

    assert speaker.wait() == 0
    scene.again("speaker")
    load.until_done()
    told = scene.rest(load)
    done_and_not_answered = told.unknown & {item for item, *_ in scene.town.heard()}
    assert done_and_not_answered == set(), "what it took it answers"


def test_who_begins_without_broker_and_database_lives_and_is_ready_when_both_are_there(empty_scene):
    scene = empty_scene
    scene.broker.kill()
    scene.postgres.kill()
    process = scene.run("speaker", wait=False)
    wait_for(lambda: scene.get("speaker", "live") == 200, 20, "it lives")

    scene.not_ready("speaker", 5)
    scene.postgres.start()
    process.wait_for_line('"event":"started"')
    scene.not_ready("speaker", 5)
    scene.broker.start()

    scene.ready()


def test_who_still_waits_for_its_database_can_be_stopped(empty_scene):
    empty_scene.postgres.kill()
    waiting = empty_scene.run("speaker", wait=False)
    wait_for(lambda: empty_scene.get("speaker", "live") == 200, 20, "it lives")

    assert waiting.terminate() == 0
