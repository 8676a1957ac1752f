"""Two processes of one service: when one goes, the other goes on."""

import pytest

from tests.faults import faults
from tests.faults.faults import suffer


@pytest.fixture(scope="module", autouse=True)
def standby(running):
    """A second speaker, whose relay stands by."""
    running.run("speaker-2")
    yield
    running.end("speaker-2")


def test_when_the_relay_in_office_is_killed_another_takes_over(scene, load):
    suffer(scene, load, faults.relay_holder_is_killed, 0)

    assert scene.figures["take-over"] < 5


def test_nobody_notices_when_one_of_two_is_stopped_in_order(scene, load):
    suffer(scene, load, faults.speaker_is_stopped, 1)
