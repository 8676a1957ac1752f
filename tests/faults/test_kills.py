"""Processes are killed under load; every act that was answered has its effects exactly once."""

from tests.faults import faults
from tests.faults.faults import suffer
from tests.harness import wait_for


def test_killing_who_acts(scene, load):
    told = suffer(scene, load, faults.speaker_is_killed, 0)

    assert told.nobody_knows, "no kill hit a call under way: the test proves nothing"


def test_killing_who_listens_and_losing_its_queue(scene, load):
    suffer(scene, load, faults.hearer_is_killed, 1)


def die(scene, name, *deaths):
    """Have processes of this name die at these points one after the other, and in the end one that lives."""
    scene.processes[name].kill9()
    for point, time in deaths:
        doomed = scene.run(name, dying=(point, time), wait=False)
        wait_for(lambda doomed=doomed: doomed.returncode == -9, 40, f"death when {point}")
    scene.run(name)


def test_a_speaker_that_dies_with_something_said_and_not_settled(scene, load):
    die(scene, "speaker", ("published", 2), ("acted", 20), ("published", 10))
    load.until_done()

    assert scene.rest(load).nobody_knows, "committed and not answered: nobody can know"
    assert scene.metric("hearer", "inbox_duplicates_total") > 0, "what was not marked is sent again"


def test_a_hearer_that_dies_in_the_middle_of_it(scene, load):
    die(scene, "hearer", ("received", 2), ("in effect", 15), ("applied", 5), ("stored", 3))
    load.until_done()

    scene.rest(load)
    assert scene.metric("hearer", "inbox_duplicates_total") > 0, "what was not acknowledged is delivered again"
