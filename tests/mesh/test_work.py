"""The unit of work: all of an act is saved, or nothing, and never past its deadline."""

import time

import eventlet
import pytest
from sqlalchemy import text

from plumbline.mesh import context as contexts
from plumbline.mesh.context import Context
from plumbline.mesh.errors import DeadlinePassed, ReadOnlyWork, Refused, StaleVersion, TimedOut, UnsaidChange
from plumbline.mesh.storage.tables import due_work, jobs, outbox
from tests.mesh.town import wire
from tests.mesh.town.speaker import Item, items
from tests.mesh.town.town import until
from tests.mesh.ways import over_servers


def add(work, item_id="a"):
    """A new item that says so."""
    item = Item(item_id, count=1)
    work.items.add(item)
    work.say(item, wire.ItemChanged, {"count": 1})
    return item


@pytest.fixture
def item(town):
    """An item that is there already."""
    with town.work() as work:
        add(work)
        work.commit()


def state(town):
    """Everything an act of the speaker can leave behind."""
    return [row for table in (items, outbox, due_work, jobs) for row in town.rows("speaker", table)]


def bump(work):
    """Another act comes first."""
    work.session.execute(text("UPDATE items SET version = version + 1"))


def test_what_is_not_committed_is_gone(town):
    with town.work() as work:
        add(work)
        work.due.at("ring", "a", work.legal_now)
        work.jobs.start("count", {"to": 1})
        work.flush()

    assert state(town) == []


def test_what_fails_before_the_commit_is_gone(town):
    with pytest.raises(ZeroDivisionError), town.work() as work:
        add(work)
        work.flush()
        raise ZeroDivisionError

    assert state(town) == []


def test_a_commit_saves_everything(town):
    with town.work() as work:
        add(work)
        work.due.at("ring", "a", work.legal_now)
        work.jobs.start("count", {"to": 1})
        work.commit()

    assert len(state(town)) == 4


def test_flushing_twice_says_an_event_once(town):
    with town.work() as work:
        add(work)
        work.flush()
        work.flush()
        work.commit()

    assert [row.sequence for row in town.rows("speaker", outbox)] == [1]


def test_an_aggregate_that_says_nothing_when_it_is_made_is_refused(town):
    with pytest.raises(UnsaidChange), town.work() as work:
        work.items.add(Item("a"))
        work.commit()

    assert state(town) == []


def test_a_change_that_says_nothing_is_refused(town, item):
    with pytest.raises(UnsaidChange), town.work() as work:
        work.items.find("a").count = 7
        work.commit()

    assert [row.count for row in town.rows("speaker", items)] == [1]


def test_a_removal_that_says_nothing_is_refused(town, item):
    with pytest.raises(UnsaidChange), town.work() as work:
        work.session.delete(work.items.find("a"))
        work.commit()

    assert len(town.rows("speaker", items)) == 1


def test_a_removal_that_says_so_is_saved(town, item):
    with town.work() as work:
        found = work.items.find("a")
        work.say(found, wire.ItemChanged, {"count": 0})
        work.session.delete(found)
        work.commit()

    assert town.rows("speaker", items) == []
    assert len(town.rows("speaker", outbox)) == 2


def test_who_only_reads_needs_to_say_nothing(town, item):
    with town.work() as work:
        assert work.items.find("a").count == 1
        work.commit()

    assert len(town.rows("speaker", outbox)) == 1


def test_a_unit_for_reading_saves_nothing(town):
    with pytest.raises(ReadOnlyWork), town.work(write=False) as work:
        add(work)
        work.commit()

    assert state(town) == []


def test_an_act_that_another_overtook_is_not_saved(town, item):
    with pytest.raises(StaleVersion), town.work() as work:
        found = work.items.find("a")
        bump(work)
        work.say(found, wire.ItemChanged, {"count": 2})
        work.commit()

    assert len(town.rows("speaker", outbox)) == 1


@over_servers
def test_of_two_acts_that_read_the_same_version_one_is_saved(town, item):
    with town.work() as first:
        found = first.items.find("a", lock=False)
        other = eventlet.spawn(_change, town).wait()
        first.say(found, wire.ItemChanged, {"count": 3})
        with pytest.raises(StaleVersion):
            first.commit()

    assert other == 2
    assert [(row.version, row.count) for row in town.rows("speaker", items)] == [(2, 2)]


def _change(town):
    with town.work() as work:
        found = work.items.find("a", lock=False)
        found.count += 1
        work.say(found, wire.ItemChanged, {"count": found.count})
        work.commit()
        return found.count


def clashing(town, times):
    """Make `speaker.clash` an act that others overtake so many times; returns what it was called with."""
    calls = []

    def clash(request):
        calls.append(request)
        with town.work() as work:
            found = work.items.find("a")
            found.count += 1
            work.say(found, wire.ItemChanged, {"count": found.count})
            if len(calls) <= times:
                bump(work)
            work.commit()
            return {"count": found.count}

    town.start("speaker", "hearer")
    town.declare("speaker", "clash", clash)
    return calls


def test_an_act_that_another_overtook_starts_over(town, item):
    calls = clashing(town, times=1)

    assert town.call("speaker", "clash") == {"count": 2}
    assert len(calls) == 2
    assert [row.sequence for row in town.rows("speaker", outbox, outbox.c.sequence)] == [1, 2]


def test_an_act_that_is_overtaken_again_is_answered_with_a_conflict(town, item):
    calls = clashing(town, times=9)

    with pytest.raises(Refused) as refused:
        town.call("speaker", "clash")

    assert refused.value.code == "STATE_CONFLICT"
    assert len(calls) == 2
    assert len(town.rows("speaker", outbox)) == 1


def test_twenty_acts_at_once_on_a_new_aggregate_all_count(town):
    town.start("speaker", "hearer")
    pool = eventlet.GreenPool(20)

    answers = list(pool.imap(lambda _: town.call("speaker", "add", {"id": "a"}), range(20)))

    assert sorted(answer["count"] for answer in answers) == list(range(1, 21))
    assert [row.version for row in town.rows("speaker", items)] == [20]


def test_nothing_is_saved_when_nobody_waits_any_more(town):
    with (
        contexts.use(Context("r", deadline=time.time() - 0.001)),
        pytest.raises(DeadlinePassed),
        town.work() as work,
    ):
        add(work)
        work.commit()

    assert state(town) == []


def test_an_act_that_takes_longer_than_its_caller_waits_is_undone(town):
    ended = []

    def dawdle(request):
        try:
            with town.work() as work:
                add(work)
                until(lambda: contexts.remaining() < 0)
                work.commit()
        except DeadlinePassed:
            ended.append("undone")
            raise
        return {}

    town.start("speaker", "hearer")
    town.declare("speaker", "dawdle", dawdle)

    with pytest.raises(TimedOut):
        town.call("speaker", "dawdle", timeout_s=0.3)
    until(lambda: ended)
    assert state(town) == []
