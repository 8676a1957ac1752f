"""Due work: each thing once, on the day it was due, whoever does it and however late."""

from datetime import UTC, datetime, timedelta

import pytest

from plumbline.mesh import clock
from plumbline.mesh.claims import ClaimLoop
from plumbline.mesh.due import DueClaim, overdue, parked, retry
from plumbline.mesh.storage.tables import due_work
from plumbline.mesh.storage.work import Work
from tests.mesh.town import speaker
from tests.mesh.town.town import until

LONG_AGO = datetime(2026, 3, 1, tzinfo=UTC)


def ask(town, *refs, when=LONG_AGO):
    """Have `ring` done for each of them."""
    with town.work() as work:
        for ref in refs:
            work.due.at("ring", ref, when)
        work.commit()


def effects(town):
    """(what, when) of each effect, in order."""
    return [(row.what, row.at) for row in sorted(town.rows("speaker", speaker.effects), key=lambda row: row.row)]


def test_three_replicas_do_each_of_many_things_once(town):
    refs = [f"r{n}" for n in range(1000)]
    ask(town, *refs)

    town.start("speaker", "speaker", "speaker")
    town.running[1].runtime.loops["due"].stop()  # one of them goes away in the middle

    until(lambda: len(town.effects()) >= len(refs), 30, "all of it done")
    assert sorted(town.effects()) == sorted(refs)


def test_what_was_missed_is_done_in_the_order_of_its_dates(town):
    with town.work() as work:
        for day in (3, 1, 2):
            work.due.at("ring", f"d{day}", LONG_AGO + timedelta(days=day))
        work.commit()

    town.start("speaker")

    until(lambda: len(town.effects()) == 3, what="all three")
    assert town.effects() == ["d1", "d2", "d3"]


def test_it_happens_at_the_legal_instant_it_was_due(town):
    ask(town, "a")

    town.start("speaker")

    until(town.effects, what="the effect")
    assert effects(town) == [("a", LONG_AGO)]


def test_what_is_not_due_yet_waits(town):
    ask(town, "later", when=clock.legal_now() + timedelta(hours=1))
    ask(town, "now")

    town.start("speaker")

    until(town.effects, what="the one that is due")
    assert town.effects() == ["now"]


def test_asked_again_the_later_word_counts(town):
    ask(town, "a", when=clock.legal_now() + timedelta(hours=1))
    ask(town, "a")

    town.start("speaker")

    until(town.effects, what="the effect")
    assert len(town.rows("speaker", due_work)) == 1


def test_what_was_done_is_done_again_when_it_is_asked_for_again(town):
    ask(town, "a")
    town.start("speaker")
    until(town.effects, what="the first effect")

    ask(town, "a")

    until(lambda: len(town.effects()) == 2, what="the second effect")
    assert len(town.rows("speaker", due_work)) == 1


def test_what_is_done_may_ask_for_itself_on_a_later_day(town, monkeypatch):
    ring = speaker.Speaker.ring
    ends = LONG_AGO + timedelta(days=3)

    def ring_daily(self, ref, work: Work):
        ring(self, ref, work)
        if work.legal_now < ends:
            work.due.at("ring", ref, work.legal_now + timedelta(days=1))

    ring_daily.nameko_entrypoints = ring.nameko_entrypoints
    monkeypatch.setattr(speaker.Speaker, "ring", ring_daily)
    ask(town, "a")

    town.start("speaker")

    until(lambda: len(town.effects()) == 4, what="four days")
    assert effects(town) == [("a", LONG_AGO + timedelta(days=day)) for day in range(4)]
    assert [row.done_at is not None for row in town.rows("speaker", due_work)] == [True]


def test_what_is_cancelled_is_not_done(town):
    ask(town, "a", "b")
    with town.work() as work:
        work.due.cancel("ring", "a")
        work.commit()

    town.start("speaker")

    until(town.effects, what="the other one")
    assert town.effects() == ["b"]


@pytest.fixture
def failing(monkeypatch):
    """Makes `ring` fail for chosen refs, after its effect."""
    fails: dict[str, int] = {}
    ring = speaker.Speaker.ring

    def fail(self, ref, work: Work):
        ring(self, ref, work)
        if fails.get(ref, 0):
            fails[ref] -= 1
            raise ZeroDivisionError

    fail.nameko_entrypoints = ring.nameko_entrypoints
    monkeypatch.setattr(speaker.Speaker, "ring", fail)
    return fails


def test_a_failure_leaves_no_effect_and_is_tried_again(town, failing):
    failing["a"] = 2
    ask(town, "a", "b")

    town.start("speaker")

    until(lambda: len(town.effects()) >= 2, what="both effects")
    assert sorted(town.effects()) == ["a", "b"]


def test_what_keeps_failing_is_parked_alone(town, failing):
    failing["a"] = 1000
    ask(town, "a", "b")

    town.start("speaker")

    until(lambda: _parked(town), what="the parking")
    assert _parked(town) == ["a"]
    assert town.effects() == ["b"]
    with town.databases["speaker"].reading() as session:
        assert overdue(session, clock.legal_now()) == 0


def _parked(town):
    with town.databases["speaker"].reading() as session:
        return [row.ref for row in parked(session)]


def test_a_failure_of_the_machinery_is_charged_to_nobody(town):
    ask(town, "a")

    def away(ref, work):
        raise ConnectionError("the database is away")

    claim = DueClaim(
        "speaker", speaker.STORAGE, {"ring": away}, attempts=1, backoff_s=(0.01, 0.01), committed=lambda said: None
    )
    database = town.databases["speaker"]
    loop = ClaimLoop("speaker", claim, database, database.engine, workers=1, batch=20, poll_s=1)
    for _ in range(3):
        with pytest.raises(ConnectionError):
            until(loop.turn, what="a turn that finds the row")
        town.execute("speaker", due_work.update().values(next_try_at=None))  # not to wait for it

    (row,) = town.rows("speaker", due_work)
    assert (row.attempts, row.parked_at, row.done_at) == (0, None, None)


def test_a_person_has_parked_work_done_again(town, failing):
    failing["a"] = 1000
    ask(town, "a")
    town.start("speaker")
    until(lambda: _parked(town), what="the parking")
    failing["a"] = 0

    with town.databases["speaker"].writing() as session:
        assert retry(session, "ring", "a") and not retry(session, "ring", "b")
        session.commit()

    until(town.effects, what="the effect")
    assert (town.effects(), _parked(town)) == (["a"], [])
