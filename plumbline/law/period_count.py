"""Counts periods: the start is not counted, excluded days are skipped, a rest day at the end rolls forward."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from plumbline.law.calendar import ONE_DAY, Calendar, CalendarMissing, Calendars
from plumbline.law.dates import add_months
from plumbline.law.intervals import Excluded
from plumbline.law.period import Bound, Direction, Period, PeriodInvalid, Receipt, Unit
from plumbline.law.unanswerable import Unanswerable

MONTHS_OF_A_YEAR = 12


class EngineUnknown(Unanswerable):
    """A receipt names a way of counting that is not kept here."""

    code = "ENGINE_UNKNOWN"


def count(period: Period, calendar: Calendar) -> Receipt:
    """When the period ends, by what is known in `calendar`.

    A count of working days that meets an unknown year raises `CalendarMissing`.  Any other period that ends in one, or
    would have to roll into one, ends on its raw day and is provisional.
    """
    try:
        return _ENGINES[ENGINE](period, calendar)
    except (OverflowError, ValueError):
        raise PeriodInvalid("期间超出可以表示的日期", "the period leaves the dates that can be written") from None


def replay(receipt: Receipt, calendars: Calendars) -> Receipt:
    """The same question, counted the way and by the calendar the receipt names: it must come out equal."""
    if receipt.engine_version not in _ENGINES:
        engine = receipt.engine_version
        raise EngineUnknown(f"未保存计算方法{engine}", f"the way of counting {engine} is not kept here")
    return _ENGINES[receipt.engine_version](receipt.period, calendars.version(receipt.calendar_version))


def recount(receipt: Receipt, calendar: Calendar) -> Receipt:
    """The same question by what is known now, for clocks that were provisional."""
    return count(receipt.period, calendar)


def earliest_event(served_on: date, working_days: int, calendar: Calendar) -> date:
    """The first working day for which a notice served on `served_on` was served `working_days` before."""
    event = calendar.first_working(served_on + ONE_DAY)
    while _working_days_before(event, working_days, calendar) < served_on:
        event = calendar.first_working(event + ONE_DAY)
    return event


def _count_v1(period: Period, calendar: Calendar) -> Receipt:
    excluded = Excluded.of(period.excluded)
    raw_end = _raw_end(period, calendar, excluded)
    end, provisional = _rolled(raw_end, period, calendar)
    skipped = excluded.days_after(period.first_day, raw_end) if period.excluded else 0
    return Receipt(period, calendar.version, "1", raw_end, end, skipped, provisional)


def _raw_end(period: Period, calendar: Calendar, excluded: Excluded) -> date | datetime:
    if isinstance(period.start, datetime):
        hours = period.length if period.direction is Direction.AFTER else -period.length
        return period.start + timedelta(hours=hours)
    if period.direction is Direction.BEFORE:
        return _before(period, calendar)
    if period.unit is Unit.WORKING_DAY:
        return _walk(period.start, period.length, lambda day: calendar.works(day) and day not in excluded)
    plain = _plain_end(period.start, period.length, period.unit)
    return (
        _walk(period.start, (plain - period.start).days, lambda day: day not in excluded) if period.excluded else plain
    )


def _before(period: Period, calendar: Calendar) -> date:
    if period.unit is Unit.WORKING_DAY:
        return _working_days_before(period.first_day, period.length, calendar)
    return _plain_end(period.first_day, -period.length, period.unit)


def _plain_end(start: date, length: int, unit: Unit) -> date:
    if unit is Unit.CALENDAR_DAY:
        return start + timedelta(days=length)
    return add_months(start, length * (MONTHS_OF_A_YEAR if unit is Unit.YEAR else 1))


def _walk(day: date, length: int, counts: Callable[[date], bool], step: timedelta = ONE_DAY) -> date:
    while length:
        day += step
        length -= counts(day)
    return day


def _working_days_before(event: date, length: int, calendar: Calendar) -> date:
    return _walk(event, length, calendar.works, -ONE_DAY)


def _rolled(raw_end: date | datetime, period: Period, calendar: Calendar) -> tuple[date | datetime, bool]:
    """The legal end, and whether it may still move because the calendar does not say."""
    fixed = period.bound is Bound.NONE or period.direction is Direction.BEFORE
    if isinstance(raw_end, datetime) or fixed or period.unit is Unit.WORKING_DAY:
        return raw_end, False
    try:
        return calendar.first_working(raw_end), False
    except CalendarMissing:
        return raw_end, True


#: Every way of counting that receipts were ever made with. A change is a new entry, never an edit.
_ENGINES: dict[str, Callable[[Period, Calendar], Receipt]] = {"1": _count_v1}
ENGINE = "1"
