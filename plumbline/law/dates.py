"""Days of the law: calendar months, the first instant of a day, and the order in which acts may happen."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from plumbline.law.refusal import InvalidParam, Refusal

#: One offset without summer time since 1991, so no time zone files are needed.
LEGAL_ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")


class DateOrder(Refusal):
    """A day lies in the future, or before what it rests on."""

    code = "DATE_ORDER"


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_after(day: date) -> date:
    """The next calendar day."""
    return day + timedelta(days=1)


def first_instant(day: date) -> datetime:
    """When the day begins where the law is in force."""
    return datetime.combine(day, time(), LEGAL_ZONE)


@dataclass(frozen=True)
class Occurrence:
    """When an act happened (a day), and when it was entered (an instant)."""

    on: date
    recorded_at: datetime

    @property
    def entered_on(self) -> date:
        """The legal day of the entry."""
        return self.recorded_at.astimezone(LEGAL_ZONE).date()

    def require_not_before(self, *days: date) -> None:
        """An act happened today or earlier, and not before the acts it rests on."""
        if self.on > self.entered_on:
            raise out_of_order("occurredOn", f"日期不得晚于今天（{self.entered_on}）")
        if self.on < (latest := max(days, default=self.on)):
            raise out_of_order("occurredOn", f"日期不得早于其所依据的行为（{latest}）")


def out_of_order(name: str, reason: str) -> DateOrder:
    """The refusal of one day."""
    return DateOrder(invalid=(InvalidParam(name, reason, DateOrder.code),))
