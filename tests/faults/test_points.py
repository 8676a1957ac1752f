"""A process is killed exactly where it hurts most; every act that was answered has its effects exactly once."""

from tests.harness import wait_for


def die(scene, name, *deaths):
    """Have processes of this name die at these points one after the other, and in the end one that lives."""
    scene.processes[name].kill9()
    for point, time in deaths:
        doomed = scene.run(name, dying=(point, time), wait=False)
        wait_for(lambda doomed=doomed: doomed.returncode == -9, 40, f"death when {point}")
    scene.run(name)


def test_a_speaker_that_dies_with_something_said_and_not_settled(scene, load):
    die(scene, "speaker", ("acted", 20), ("published", 2), ("acted", 3), ("published", 10))
    load.until_done()

    assert scene.rest(load).unknown, "committed and not answered: nobody can know"
    assert scene.metric("hearer", "inbox_duplicates_total") > 0, "what was not marked is sent again"


def test_a_hearer_that_dies_in_the_middle_of_it(scene, load):
    die(scene, "hearer", ("received", 2), ("in effect", 15), ("applied", 5), ("in effect", 1), ("stored", 3))
    load.until_done()

    scene.rest(load)
    assert scene.metric("hearer", "inbox_duplicates_total") > 0, "what was not acknowledged is delivered again"
