"""Processes are killed under load; every act that was answered has its effects exactly once."""

import pytest


def rest(scene, load):
    told = load.stop()
    scene.at_rest()
    scene.verdict(told)
    return told


def test_killing_who_acts(scene, load):
    for _ in range(3):
        load.until_done(60)
        scene.processes["speaker"].kill9()
        scene.again("speaker")
    load.until_done(60)

    told = rest(scene, load)

    assert told.unknown, "no kill hit a call under way: the test proves nothing"


def test_killing_who_listens_in_the_middle_of_an_effect(scene, load):
    for _ in range(3):
        load.until_done(60)
        scene.processes["hearer"].kill9()
        scene.again("hearer")
    load.until_done(60)

    rest(scene, load)


def test_killing_the_relay_while_another_stands_by(scene, load):
    scene.run("speaker-2")
    holder = "speaker" if '"event":"relay_active"' in scene.processes["speaker"].log else "speaker-2"
    load.until_done(100)
    scene.processes[holder].kill9()
    load.until_done(150)

    told = rest(scene, load)

    assert len(told.unknown) < len(told.done)
    assert len(scene.logged("relay_active")) >= 3  # speaker, hearer, and the one that took over


@pytest.mark.parametrize("name", ["speaker", "hearer"])
def test_stopping_in_order_leaves_no_call_unanswered(scene, load, name):
    scene.run(f"{name}-2")
    load.until_done(100)

    status = scene.processes[name].terminate()
    load.until_done(60)

    told = rest(scene, load)
    assert status == 0
    assert (told.unknown, told.undone) == (set(), set())
