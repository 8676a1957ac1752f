"""United intervals have the days of their parts, each once."""

from datetime import date, timedelta

from hypothesis import given, strategies as st

from plumbline.law.intervals import Excluded, Interval, union
from tests.law.kit.worlds import intervals

START = date(2026, 3, 2)
AROUND = [START + timedelta(days=n) for n in range(-20, 160)]


def days_of(spans):
    return {day for day in AROUND for span in spans if span.since <= day < span.until}


@given(intervals(START, most=8))
def test_a_union_has_the_same_days_and_its_parts_do_not_touch(spans):
    united = union(spans)
    assert days_of(united) == days_of(spans)
    assert sum(span.days for span in united) == len(days_of(spans))
    assert all(earlier.until < later.since for earlier, later in zip(united, united[1:], strict=False))


@given(intervals(START, most=8), st.sampled_from(AROUND), st.sampled_from(AROUND))
def test_excluded_days_know_their_days(spans, one, other):
    excluded = Excluded.of(spans)
    assert {day for day in AROUND if day in excluded} == days_of(spans)
    first, last = min(one, other), max(one, other)
    assert excluded.days_after(first, last) == sum(first < day <= last for day in days_of(spans))


def test_intervals_that_touch_are_one():
    assert union([Interval(date(2026, 3, 5), date(2026, 3, 9)), Interval(date(2026, 3, 2), date(2026, 3, 5))]) == (
        Interval(date(2026, 3, 2), date(2026, 3, 9)),
    )
