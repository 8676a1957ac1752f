"""Retention: what was sent long ago is deleted if a setting says so, and nothing else ever is."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from plumbline.mesh import clock
from plumbline.mesh.events.retention import Retention
from plumbline.mesh.storage.tables import outbox
from tests.mesh.town.town import until


def kept(town):
    return [(row.aggregate, row.sequence) for row in town.rows("speaker", outbox, outbox.c.row)]


def sent(town, item_id, days_ago):
    """The events of this item were sent so long ago."""
    when = clock.utcnow() - timedelta(days=days_ago)
    town.execute("speaker", update(outbox).where(outbox.c.aggregate == item_id).values(sent_at=when, recorded_at=when))


@pytest.fixture
def old_and_new(town):
    """An item whose events were sent long ago, one whose were sent lately, and one whose were not."""
    for item in ("old", "new", "unsent"):
        town.say(item, times=3)
    sent(town, "old", days_ago=31)
    sent(town, "new", days_ago=29)
    long_ago = clock.utcnow() - timedelta(days=400)
    town.execute("speaker", update(outbox).where(outbox.c.aggregate == "unsent").values(recorded_at=long_ago))
    return town


def retention(town, **options):
    database = town.databases["speaker"]
    return Retention("speaker", database, database.engine, days=30, **options)


@pytest.mark.parametrize("together", [1, 2, 500])
def test_what_was_sent_before_the_days_is_deleted_and_nothing_else(old_and_new, together):
    assert retention(old_and_new, together=together).turn() == 3

    assert kept(old_and_new) == [(item, n) for item in ("new", "unsent") for n in (1, 2, 3)]


def test_a_running_service_deletes_when_it_is_told_to(build):
    town = build(outbox_retention_days=30)
    town.say("a", times=3)
    town.wires()
    sent(town, "a", days_ago=31)

    town.start("speaker", "hearer")

    until(lambda: kept(town) == [])


def test_by_default_everything_is_kept(town):
    town.say("a", times=3)
    town.wires()
    sent(town, "a", days_ago=4000)

    town.start("speaker", "hearer")

    until(lambda: len(town.heard()) == 3)
    assert town.running[0].runtime.retention is None
    assert len(kept(town)) == 3


def test_after_a_deletion_everything_else_goes_on(build):
    town = build(outbox_retention_days=30, catch_up_s=0.3)
    town.say("a", times=3)
    town.wires()
    sent(town, "a", days_ago=31)
    town.start("speaker", "hearer")
    until(lambda: kept(town) == [])

    town.say("b", times=2)

    until(lambda: town.heard() == [("b", 1, 1), ("b", 2, 2)])
    positions = select(outbox.c.position).where(outbox.c.aggregate == "b").order_by(outbox.c.row)
    assert [row.position for row in town.rows("speaker", positions)] == [4, 5]
