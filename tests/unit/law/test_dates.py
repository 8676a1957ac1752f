"""Months of the calendar, days in China, and the order in which acts may happen."""

from datetime import UTC, date, datetime

import pytest

from plumbline.law.dates import DateOrder, Occurrence, add_months, day_after, first_instant


@pytest.mark.parametrize(
    ("day", "months", "result"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 3, 15), 12, date(2027, 3, 15)),
        (date(2026, 3, 15), 0, date(2026, 3, 15)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(day, months, result):
    assert add_months(day, months) == result


def test_a_legal_day_begins_eight_hours_before_utc_does():
    assert first_instant(date(2026, 3, 2)).astimezone(UTC) == datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert day_after(date(2026, 2, 28)) == date(2026, 3, 1)


def test_an_act_entered_after_sixteen_utc_may_be_of_the_next_day():
    Occurrence(date(2026, 3, 2), datetime(2026, 3, 1, 16, tzinfo=UTC)).require_not_before()
    with pytest.raises(DateOrder):
        Occurrence(date(2026, 3, 2), datetime(2026, 3, 1, 15, 59, tzinfo=UTC)).require_not_before()


def test_an_act_is_not_before_the_latest_act_it_rests_on():
    act = Occurrence(date(2026, 3, 2), datetime(2026, 3, 9, tzinfo=UTC))
    act.require_not_before(date(2026, 3, 1), date(2026, 3, 2))
    with pytest.raises(DateOrder) as refusal:
        act.require_not_before(date(2026, 3, 3), date(2026, 3, 1))
    assert refusal.value.invalid[0].name == "occurredOn"
