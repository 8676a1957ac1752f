"""Everything in one process: killed anywhere, or out of disk, it loses and doubles nothing."""

import pytest

from tests.faults.disk import full_device
from tests.faults.hermit import Hermit, fill_the_disk, kill_again_and_again

DEATHS = 10


@pytest.fixture
def hermit(tmp_path):
    hermit = Hermit(tmp_path / "data")
    yield hermit
    hermit.close()


def test_killed_between_any_two_steps_it_gives_every_event_one_effect(hermit):
    kill_again_and_again(hermit, DEATHS)

    assert hermit.rest().nobody_knows, "no kill hit an act under way: the test proves nothing"


@pytest.fixture
def small_disk(tmp_path):
    with full_device(tmp_path / "data") as disk:
        yield disk


def test_on_a_full_disk_it_refuses_and_goes_on_when_there_is_room(small_disk, hermit):
    fill_the_disk(hermit, small_disk, times=1)

    hermit.rest()
