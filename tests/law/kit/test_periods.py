"""What must be true of every period, whatever its start, length, unit and exclusions."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from plumbline.law.calendar import CalendarMissing
from plumbline.law.intervals import Interval
from plumbline.law.period import Bound, Direction, Ground, Period, Receipt, Unit
from plumbline.law.period_count import EngineUnknown, count, recount, replay
from tests.law.kit.worlds import EARLIER, NEWEST, days, grown, intervals

ONE_DAY = timedelta(days=1)
LENGTHS = {Unit.WORKING_DAY: 90, Unit.CALENDAR_DAY: 180, Unit.MONTH: 8, Unit.YEAR: 1}
ANY_UNIT = st.sampled_from(list(LENGTHS))
OF_DAYS = st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY])


@st.composite
def periods(draw, units=ANY_UNIT, exclusions=True):
    unit, start = draw(units), draw(days(last=date(2025, 6, 30)))
    excluded = draw(intervals(start)) if exclusions else []
    length = draw(st.integers(1, LENGTHS[unit]))
    bound = draw(st.sampled_from(Bound))
    return Period(start, length, unit, bound, excluded=tuple(excluded), ground=Ground("RULE", "某法", "第一条"))


def each_day(after, until):
    return (after + timedelta(days=n) for n in range(1, (until - after).days + 1))


def excludes(period, day):
    return any(span.since <= day < span.until for span in period.excluded)


@given(periods(OF_DAYS))
def test_exactly_as_many_days_count_as_the_law_says_and_the_last_one_counts(period):
    end = count(period, NEWEST).raw_end
    working = period.unit is Unit.WORKING_DAY
    counted = [
        day for day in each_day(period.start, end) if not excludes(period, day) and (not working or NEWEST.works(day))
    ]
    assert len(counted) == period.length
    assert counted[-1] == end


@given(periods())
def test_the_legal_end_is_the_first_working_day_from_the_raw_end_unless_nothing_rolls(period):
    receipt = count(period, NEWEST)
    between = list(each_day(receipt.raw_end - ONE_DAY, receipt.end - ONE_DAY))
    assert not any(NEWEST.works(day) for day in between)
    assert NEWEST.works(receipt.end) or period.bound is Bound.NONE
    assert receipt.latest_safe == (receipt.raw_end if period.bound is Bound.AGENCY else receipt.end)


@given(periods(OF_DAYS), st.integers(0, 20))
def test_who_starts_later_never_ends_earlier(period, later):
    moved = Period(
        period.start + timedelta(days=later), period.length, period.unit, period.bound, excluded=period.excluded
    )
    assert count(moved, NEWEST).end >= count(period, NEWEST).end


@given(periods(exclusions=False), st.integers(0, 20))
def test_months_and_years_begun_later_never_end_earlier(period, later):
    moved = Period(period.start + timedelta(days=later), period.length, period.unit, period.bound)
    assert count(moved, NEWEST).end >= count(period, NEWEST).end


@given(periods())
def test_a_longer_period_never_ends_earlier(period):
    longer = Period(period.start, period.length + 1, period.unit, period.bound, excluded=period.excluded)
    assert count(longer, NEWEST).raw_end > count(period, NEWEST).raw_end


@given(periods(), st.data())
def test_excluding_more_never_shortens_and_excluding_again_changes_nothing(period, data):
    more = (*period.excluded, *data.draw(intervals(period.start)))
    before = count(period, NEWEST)
    wider = count(Period(period.start, period.length, period.unit, period.bound, excluded=more), NEWEST)
    twice = Period(
        period.start, period.length, period.unit, period.bound, excluded=period.excluded * 2, ground=period.ground
    )
    assert wider.raw_end >= before.raw_end
    assert count(twice, NEWEST) == before


@given(periods(st.sampled_from([Unit.CALENDAR_DAY, Unit.MONTH, Unit.YEAR])))
def test_the_raw_end_moves_by_exactly_the_days_that_the_receipt_says(period):
    plain = count(Period(period.start, period.length, period.unit, period.bound), NEWEST)
    receipt = count(period, NEWEST)
    assert receipt.raw_end - plain.raw_end == timedelta(days=receipt.excluded_days)
    assert receipt.excluded_days == sum(excludes(period, day) for day in each_day(period.start, receipt.raw_end))


@given(days(), st.integers(1, 60))
def test_as_many_working_days_lie_between_the_notice_and_the_hearing(event, length):
    back = Period(event, length, Unit.WORKING_DAY, direction=Direction.BEFORE)
    try:
        served = count(back, NEWEST).end
    except CalendarMissing:
        return
    assert sum(NEWEST.works(day) for day in each_day(served - ONE_DAY, event - ONE_DAY)) == length
    assert NEWEST.works(served)


@given(periods())
def test_a_receipt_is_the_same_after_years_in_a_file_and_in_a_calendar_that_grew(period):
    receipt = count(period, NEWEST)
    kept = json.dumps(receipt.as_json(), ensure_ascii=False)
    again = Receipt.from_json(json.loads(kept))
    assert again == receipt
    assert replay(again, grown()) == receipt


def test_a_receipt_keeps_its_day_when_a_later_notice_takes_the_day_off():
    last_day = Period(date(2026, 12, 24), 5, Unit.WORKING_DAY)
    receipt = count(last_day, NEWEST)
    assert receipt.end == date(2026, 12, 31)
    assert replay(receipt, grown()) == receipt
    assert recount(receipt, grown().newest).end == date(2027, 1, 2)


def test_a_provisional_end_becomes_certain_when_the_year_is_known():
    receipt = count(Period(date(2025, 12, 20), 15, Unit.CALENDAR_DAY), EARLIER)
    assert (receipt.end, receipt.provisional) == (date(2026, 1, 4), True)
    now = recount(receipt, NEWEST)
    assert (now.end, now.provisional) == (date(2026, 1, 4), False)
    rolled = recount(count(Period(date(2025, 12, 20), 14, Unit.CALENDAR_DAY), EARLIER), NEWEST)
    assert (rolled.raw_end, rolled.end, rolled.provisional) == (date(2026, 1, 3), date(2026, 1, 4), False)


@given(periods())
def test_a_question_that_waits_for_its_calendar_can_be_kept(period):
    assert Period.from_json(json.loads(json.dumps(period.as_json()))) == period


def test_a_receipt_names_everything_it_rests_on():
    ground = Ground("CASE_DECISION", "中华人民共和国行政处罚法", "第六十条")
    span = Interval(date(2026, 7, 14), date(2026, 7, 28))
    period = Period(date(2026, 7, 13), 90, Unit.CALENDAR_DAY, Bound.AGENCY, excluded=(span,), ground=ground)
    assert count(period, NEWEST).as_json() == {
        "rule": "CASE_DECISION",
        "law": "中华人民共和国行政处罚法",
        "article": "第六十条",
        "start": "2026-07-13",
        "length": 90,
        "unit": "calendar-day",
        "direction": "after",
        "bound": "agency",
        "excluded": [{"from": "2026-07-14", "to": "2026-07-28"}],
        "excludedDays": 14,
        "calendarVersion": NEWEST.version,
        "engineVersion": "1",
        "rawEnd": "2026-10-25",
        "end": "2026-10-26",
        "latestSafe": "2026-10-25",
        "provisional": False,
    }


def test_a_receipt_of_a_way_of_counting_that_is_not_kept_is_not_guessed():
    receipt = count(Period(date(2026, 7, 13), 90, Unit.CALENDAR_DAY), NEWEST)
    foreign = Receipt(receipt.period, receipt.calendar_version, "0", receipt.raw_end, receipt.end)
    with pytest.raises(EngineUnknown):
        replay(foreign, grown())
