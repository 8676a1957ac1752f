"""What an appended history says about a day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from plumbline.law.history import in_force


@dataclass
class Entry:
    name: str
    since: date
    recorded_at: datetime
    until: date | None = None


def entry(name, day, until=None, entered=None):
    return Entry(
        name, date(2026, 3, day), datetime(2026, 3, entered or day, tzinfo=UTC), until and date(2026, 3, until)
    )


HISTORY = [entry("valid", 1), entry("suspended", 5, until=10), entry("ended", 20, entered=25)]


def named(day, **known):
    found = in_force(HISTORY, date(2026, 3, day), **known)
    return found and found.name


def test_the_last_entry_begun_by_the_day_governs_it():
    assert [named(day) for day in (1, 4, 5, 10, 20, 31)] == [
        "valid", "valid", "suspended", "suspended", "ended", "ended",
    ]  # fmt: skip


def test_an_entry_that_ended_by_itself_gives_back_what_was_before():
    assert named(11) == "valid"


def test_before_the_first_entry_there_is_nothing():
    assert in_force(HISTORY, date(2026, 2, 28)) is None


def test_what_was_entered_later_was_not_known():
    assert named(21, known_at=datetime(2026, 3, 24, tzinfo=UTC)) == "valid"
    assert named(21, known_at=datetime(2026, 3, 25, tzinfo=UTC)) == "ended"


def test_of_two_entries_of_one_day_the_later_entered_governs():
    history = [entry("a", 1), entry("b", 1)]
    assert in_force(history, date(2026, 3, 1)).name == "b"
