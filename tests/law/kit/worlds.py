"""Calendars to test with: what was known when, and days in it."""

from datetime import date, timedelta

from hypothesis import strategies as st

from plumbline.law.calendar import Calendar, Calendars, Notice, shipped
from plumbline.law.intervals import Interval

NEWEST = shipped().newest
#: What was known before the last notice.
EARLIER = Calendar(NEWEST.notices[:-1])

#: An invented notice for 2027, which also gives the last day of 2026 off.
INVENTED = Notice(2027, "invented", {date(2026, 12, 31): False, date(2027, 1, 1): False, date(2027, 1, 2): True})


def grown() -> Calendars:
    """Everything that ships, and the invented notice on top."""
    return shipped().grown([INVENTED])


def days(first: date = date(2021, 1, 1), last: date = date(2025, 12, 31)) -> st.SearchStrategy[date]:
    """Days of known years, with room for a year after them."""
    return st.dates(first, last)


@st.composite
def intervals(draw: st.DrawFn, start: date, most: int = 4) -> list[Interval]:
    """Some intervals around `start`, overlapping as they like."""
    spans = draw(st.lists(st.tuples(st.integers(-10, 120), st.integers(0, 30)), max_size=most))
    begins = [start + timedelta(days=offset) for offset, _ in spans]
    return [Interval(since, since + timedelta(days=length)) for since, (_, length) in zip(begins, spans, strict=True)]
