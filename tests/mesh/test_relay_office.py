"""The right to send: one relay holds it, the others stand by, and who lost it marks nothing."""

import multiprocessing

import pytest

from plumbline.mesh.events import sending
from plumbline.mesh.events.locks import FileLock, lock_of
from plumbline.mesh.events.sending import Superseded
from plumbline.mesh.storage.tables import outbox_head
from tests.mesh.test_relay import sequences, stuck, unsent
from tests.mesh.town.town import until
from tests.mesh.ways import in_one_process


def test_of_two_replicas_one_sends_and_the_other_takes_over(town):
    town.start("speaker", "speaker", "hearer")
    relays = [container.runtime.relay for container in town.running[:2]]
    until(lambda: any(relay.active for relay in relays))
    holders = set()
    for n in range(1, 6):
        town.say("a")
        until(lambda n=n: len(town.heard()) == n)
        holders.update(row.holder for row in town.rows("speaker", outbox_head))
    assert len(holders) == 1

    next(container for container in town.running if container.runtime.relay.active).stop()
    town.say("a")

    until(lambda: sequences(town, "a") == [1, 2, 3, 4, 5, 6])
    assert [relay.active for relay in relays].count(True) == 1


def test_a_relay_that_was_superseded_marks_nothing(town):
    town.say("a")
    database = town.databases["speaker"]
    with database.writing() as session:
        sending.take_over(session, "first")
        (row,) = sending.advance(session, "first", [], 10)
        sending.take_over(session, "second")
        session.commit()

    for step in (lambda s: sending.advance(s, "first", [row.row], 10), lambda s: sending.hold(s, "first", row.row, "")):
        with pytest.raises(Superseded), database.writing() as session:
            step(session)
            session.commit()

    assert unsent(town) == ["a"]
    assert stuck(town) == []


def test_a_relay_that_notices_that_it_was_superseded_comes_back_and_loses_nothing(town):
    town.start("speaker", "hearer")
    until(lambda: town.running[0].runtime.relay.active)
    with town.databases["speaker"].writing() as session:
        sending.take_over(session, "another")
        session.commit()

    town.say("a", times=2)

    until(lambda: town.heard() == [("a", 1, 1), ("a", 2, 2)])


def test_a_lock_is_held_by_one_and_free_when_it_lets_go(town):
    first, second = (lock_of(town.databases["speaker"], "relay") for _ in range(2))
    assert first.take()
    assert not second.take()
    assert (first.still_held(), second.still_held()) == (True, False)

    first.release()

    until(second.take)
    second.release()


@in_one_process
def test_a_file_lock_keeps_other_processes_out_and_goes_with_its_process(town, tmp_path):
    path = tmp_path / "relay.lock"
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_hold, args=(path, theirs), daemon=True)
    process.start()
    until(ours.poll)
    mine = FileLock(path)
    assert not mine.take()

    process.kill()

    until(mine.take)
    mine.release()


def _hold(path, pipe):
    held = FileLock(path).take()
    pipe.send(held)
    pipe.recv()
