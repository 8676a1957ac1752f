"""The outbox: what happened and that it is said are one, in the order of each aggregate."""

import eventlet
import pytest

from plumbline.mesh.errors import Refused
from plumbline.mesh.storage.tables import outbox
from tests.mesh.town import wire
from tests.mesh.town.speaker import Item, items
from tests.mesh.town.town import until


def said(town, item_id="a"):
    """(sequence, count) of each event of an item."""
    rows = town.rows("speaker", outbox, outbox.c.sequence)
    return [(row.sequence, row.data["count"]) for row in rows if row.aggregate == item_id]


def test_an_answered_act_has_its_state_and_its_event(town):
    town.start("speaker", "hearer")

    town.call("speaker", "add", {"id": "a"})

    assert [(row.id, row.version, row.count) for row in town.rows("speaker", items)] == [("a", 1, 1)]
    assert said(town) == [(1, 1)]


def test_a_refused_act_has_neither(town):
    town.start("speaker", "hearer")

    def refuse(request):
        with town.work() as work:
            item = Item("a")
            work.items.add(item)
            work.say(item, wire.ItemChanged, {"count": 0})
            work.flush()
            raise Refused("law", {"code": "NOT_YET"})

    town.declare("speaker", "refuse", refuse)
    with pytest.raises(Refused):
        town.call("speaker", "refuse")

    assert (town.rows("speaker", items), town.rows("speaker", outbox)) == ([], [])


def test_the_sequence_of_an_event_is_the_version_of_its_aggregate(town):
    town.say("a", times=2)
    town.say("b")
    town.say("a")

    assert said(town, "a") == [(1, 1), (2, 2), (3, 3)]
    assert said(town, "b") == [(1, 1)]
    assert {row.id: row.version for row in town.rows("speaker", items)} == {"a": 3, "b": 1}


def test_acts_at_once_leave_no_sequence_out_and_none_twice(town):
    town.start("speaker", "hearer")
    pool = eventlet.GreenPool(16)

    list(pool.imap(lambda n: town.call("speaker", "add", {"id": f"i{n % 3}", "times": 2}), range(48)))

    for item_id in ("i0", "i1", "i2"):
        assert said(town, item_id) == [(n, n) for n in range(1, 33)]


def test_an_event_is_kept_after_it_was_sent(town):
    town.start("speaker", "hearer")
    town.say("a")

    until(lambda: town.heard())
    until(lambda: all(row.sent_at for row in town.rows("speaker", outbox)))
    assert said(town) == [(1, 1)]
