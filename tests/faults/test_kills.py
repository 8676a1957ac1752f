"""Processes are killed under load; every act that was answered has its effects exactly once."""

import pytest

from tests.faults import faults


@pytest.fixture(autouse=True)
def standby(running):
    """A second speaker, whose relay stands by."""
    if "speaker-2" not in running.processes:
        running.run("speaker-2")


def test_killing_who_acts(scene, load):
    for _ in range(2):
        load.until_done(40)
        faults.speaker_is_killed(scene, load, 0)
    load.until_done()

    assert scene.rest(load).unknown, "no kill hit a call under way: the test proves nothing"


def test_killing_who_listens(scene, load):
    for _ in range(2):
        load.until_done(40)
        faults.hearer_is_killed(scene, load, 0)
    load.until_done()

    scene.rest(load)


def test_when_the_relay_in_office_is_killed_another_takes_over(scene, load):
    load.until_done()
    faults.relay_holder_is_killed(scene, load, 0)
    load.until_done()

    scene.rest(load)
    assert scene.figures["take-over"] < 5


def test_nobody_notices_when_one_of_two_is_stopped_in_order(scene, load):
    load.until_done()
    faults.speaker_is_stopped(scene, load, 1)
    load.until_done()

    scene.rest(load)
