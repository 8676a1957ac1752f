"""Epochs: after a restore from a backup, what is said from then on overrides what was said and then lost."""

from sqlalchemy import update
from typer.testing import CliRunner

from plumbline.cli import outbox as command
from plumbline.mesh import city
from plumbline.mesh.events import parked, sending
from plumbline.mesh.storage.tables import inbox_source, outbox, outbox_head
from tests.mesh.town import hearer
from tests.mesh.town.speaker import items
from tests.mesh.town.town import FACES, until


def restore(town, **versions):
    """Put the speaker back to a backup in which the items had these versions, and raise the epoch."""
    for item_id, version in versions.items():
        lost = (outbox.c.aggregate == item_id) & (outbox.c.sequence > version)
        town.execute("speaker", outbox.delete().where(lost))
        town.execute("speaker", update(items).where(items.c.id == item_id).values(version=version, count=version))
    last = max((row.position or 0 for row in town.rows("speaker", outbox)), default=0)
    town.execute("speaker", update(outbox_head).values(position=last))
    with town.databases["speaker"].writing() as session:
        sending.raise_epoch(session)
        session.commit()


def sequences(town, item_id="a"):
    return [sequence for item, sequence, _ in town.heard() if item == item_id]


def attentive(build):
    return build(catch_up_s=0.3)


def test_what_is_said_after_a_restore_is_heard_and_nothing_is_heard_again(build):
    town = attentive(build)
    speaker = town.start("speaker")
    town.start("hearer")
    town.say("a", times=5)
    town.say("b", times=2)
    until(lambda: len(town.heard()) == 7)
    speaker.stop()
    restore(town, a=3)

    town.start("speaker")
    town.say("a", times=3)
    town.say("b")

    until(lambda: sequences(town, "b") == [1, 2, 3])
    until(lambda: len(sequences(town)) >= 8)
    assert sequences(town) == [1, 2, 3, 4, 5, 4, 5, 6]
    assert town.lane("a").epoch == 2


def test_a_consumer_that_was_behind_hears_the_older_events_first(build):
    town = attentive(build)
    town.say("a", times=5)
    town.wires()
    restore(town, a=3)
    town.say("a", times=2)

    town.start("speaker", "hearer")

    until(lambda: len(sequences(town)) >= 5)
    assert sequences(town) == [1, 2, 3, 4, 5]
    assert [(row.epoch, row.position) for row in town.rows("speaker", outbox, outbox.c.row)] == [
        (1, 1), (1, 2), (1, 3), (2, 4), (2, 5),
    ]  # fmt: skip
    until(lambda: [(row.epoch, row.position) for row in town.rows("hearer", inbox_source)] == [(2, 5)])


def test_a_restored_service_that_is_silent_is_noticed_too(build):
    town = attentive(build)
    speaker = town.start("speaker")
    town.start("hearer")
    town.say("a", times=5)
    until(lambda: len(town.heard()) == 5)
    speaker.stop()
    restore(town, a=3)

    town.start("speaker")

    until(lambda: [(row.epoch, row.position) for row in town.rows("hearer", inbox_source)] == [(2, 3)])
    assert sequences(town) == [1, 2, 3, 4, 5]


def test_restored_twice_it_still_goes_on(build):
    town = attentive(build)
    speaker = town.start("speaker")
    town.start("hearer")
    town.say("a", times=4)
    until(lambda: len(town.heard()) == 4)
    for round_ in (1, 2):
        speaker.stop()
        restore(town, a=2)
        speaker = town.start("speaker")
        town.say("a", times=2)
        until(lambda n=4 + 2 * round_: len(town.heard()) >= n)

    assert sequences(town) == [1, 2, 3, 4, 3, 4, 3, 4]
    assert town.lane("a").epoch == 3


def test_a_rebuild_before_the_restore_hides_nothing_that_is_said_after_it(build):
    town = attentive(build)
    speaker = town.start("speaker")
    town.start("hearer")
    town.say("a", times=5)
    until(lambda: len(town.heard()) == 5)
    with town.databases["hearer"].writing() as session:
        parked.rebuild(session, hearer.STORAGE, "speaker")
        session.commit()
    until(lambda: town.lane("a").applied == 5)
    done = []
    town.listen(lambda event, work: done.append(event.sequence))
    speaker.stop()
    restore(town, a=3)

    town.start("speaker")
    town.say("a", times=2)

    until(lambda: (town.lane("a").epoch, town.lane("a").applied) == (2, 5))
    assert done == [4, 5]


def test_the_relay_that_sent_before_the_restore_may_send_no_more(town):
    with town.databases["speaker"].writing() as session:
        sending.take_over(session, "before")
        session.commit()

    restore(town)

    (head,) = town.rows("speaker", outbox_head)
    assert (head.epoch, head.holder) == (2, None)


def test_the_command_line_raises_the_epoch(town, monkeypatch):
    monkeypatch.setattr(city, "face", FACES.__getitem__)
    monkeypatch.setattr(command, "load", lambda services: town.settings)

    done = CliRunner().invoke(command.app, ["raise-epoch", "speaker"])

    assert done.output == "speaker: epoch 2\n"
    assert town.rows("speaker", outbox_head)[0].epoch == 2
