"""Spans of days that do not count: the first day is in, the last is out, and no day is counted twice."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from plumbline.law.unanswerable import Unanswerable


class IntervalInvalid(Unanswerable):
    """An interval that ends before it begins."""

    code = "INTERVAL_INVALID"


@dataclass(frozen=True, order=True)
class Interval:
    """The days from `since` up to, and without, `until`."""

    since: date
    until: date

    def __post_init__(self) -> None:
        if self.until < self.since:
            span = f"{self.since}..{self.until}"
            raise IntervalInvalid(f"区间{span}的止日早于起日", f"the interval {span} ends before it begins")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same days as disjoint intervals in order; empty ones are gone, touching ones are one."""
    joined: list[Interval] = []
    for interval in sorted(intervals):
        if not interval.days:
            continue
        if joined and interval.since <= joined[-1].until:
            joined[-1] = Interval(joined[-1].since, max(joined[-1].until, interval.until))
        else:
            joined.append(interval)
    return tuple(joined)


@dataclass(frozen=True)
class Excluded:
    """Days that do not count, ready to be asked about many days."""

    intervals: tuple[Interval, ...]

    @classmethod
    def of(cls, intervals: Iterable[Interval]) -> Excluded:
        """From intervals that may overlap."""
        return cls(union(intervals))

    def __contains__(self, day: date) -> bool:
        position = bisect_right(self.intervals, day, key=lambda interval: interval.since)
        return position > 0 and day < self.intervals[position - 1].until

    def days_after(self, start: date, end: date) -> int:
        """How many of these days lie after `start` and not after `end`."""
        spans = (
            (max(span.since.toordinal(), start.toordinal() + 1), span.until.toordinal()) for span in self.intervals
        )
        return sum(max(0, min(until, end.toordinal() + 1) - since) for since, until in spans)
