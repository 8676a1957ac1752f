"""Periods of the law (期间): what is asked, and the receipt that answers and can be worked out again years later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from plumbline.law.intervals import Interval, union
from plumbline.law.unanswerable import Unanswerable

#: A century in days: longer "periods" are slips of the hand.
LONGEST = 36_525


class PeriodInvalid(Unanswerable):
    """Nobody can count this: no length, a day without hours, an exclusion from hours."""

    code = "PERIOD_INVALID"


class Unit(StrEnum):
    """What is counted."""

    HOUR = "hour"
    WORKING_DAY = "working-day"
    CALENDAR_DAY = "calendar-day"
    MONTH = "month"
    YEAR = "year"


class Bound(StrEnum):
    """Whom the period binds, which decides what happens when it ends on a rest day."""

    PARTY = "party"  # rolls to the next working day
    AGENCY = "agency"  # rolls too, but the day before rolling is the one to keep
    NONE = "none"  # a measure or a limitation that ends on its day, whatever the day


class Direction(StrEnum):
    """Counted forward from the start, or back from an event."""

    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True)
class Ground:
    """What the period rests on: the deadline's code and its article; empty for a period that was only asked about."""

    rule: str = ""
    law: str = ""
    article: str = ""


@dataclass(frozen=True)
class Period:
    """The question: everything a count depends on, except the calendar."""

    start: date | datetime
    length: int
    unit: Unit
    bound: Bound = Bound.PARTY
    direction: Direction = Direction.AFTER
    excluded: tuple[Interval, ...] = ()
    ground: Ground = Ground()

    def __post_init__(self) -> None:
        object.__setattr__(self, "excluded", union(self.excluded))
        if not 1 <= self.length <= LONGEST:
            raise PeriodInvalid(f"期间长度{self.length}无效", f"{self.length} is no length of a period")
        if (self.unit is Unit.HOUR) != isinstance(self.start, datetime):
            raise PeriodInvalid(
                "按小时计算的期间须有起算时刻，其他期间从日期起算",
                "hours are counted from an instant, everything else from a day",
            )
        if isinstance(self.start, datetime) and self.start.tzinfo is None:
            raise PeriodInvalid("起算时刻须带时区", "the instant needs its offset from UTC")
        if self.excluded and (self.unit is Unit.HOUR or self.direction is Direction.BEFORE):
            raise PeriodInvalid(
                "按小时计算和向前倒推的期间没有扣除", "nothing is excluded from hours or from a count backwards"
            )

    @property
    def first_day(self) -> date:
        """The day on which it starts."""
        return self.start.date() if isinstance(self.start, datetime) else self.start

    def as_json(self) -> dict[str, Any]:
        """For storage, as long as the calendar does not say when it ends; `from_json` gives the same question back."""
        return {
            "rule": self.ground.rule,
            "law": self.ground.law,
            "article": self.ground.article,
            "start": self.start.isoformat(),
            "length": self.length,
            "unit": self.unit.value,
            "direction": self.direction.value,
            "bound": self.bound.value,
            "excluded": [{"from": span.since.isoformat(), "to": span.until.isoformat()} for span in self.excluded],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Period:
        """A question as it was kept, alone or in a receipt."""
        spans = ((date.fromisoformat(span["from"]), date.fromisoformat(span["to"])) for span in kept["excluded"])
        return cls(
            start=moment(kept["start"]),
            length=kept["length"],
            unit=Unit(kept["unit"]),
            bound=Bound(kept["bound"]),
            direction=Direction(kept["direction"]),
            excluded=tuple(Interval(*span) for span in spans),
            ground=Ground(kept["rule"], kept["law"], kept["article"]),
        )


@dataclass(frozen=True)
class Receipt:
    """The answer with all it rests on: the question, the calendar's version, the engine that counted."""

    period: Period
    calendar_version: str
    engine_version: str
    raw_end: date | datetime
    end: date | datetime
    excluded_days: int = 0
    provisional: bool = False

    @property
    def latest_safe(self) -> date | datetime:
        """The last day nobody can dispute: for an agency's own duty the end before it rolls."""
        return min(self.raw_end, self.end) if self.period.bound is Bound.AGENCY else self.end

    def as_json(self) -> dict[str, Any]:
        """For storage and the wire; `from_json` gives the same receipt back."""
        return self.period.as_json() | {
            "excludedDays": self.excluded_days,
            "calendarVersion": self.calendar_version,
            "engineVersion": self.engine_version,
            "rawEnd": self.raw_end.isoformat(),
            "end": self.end.isoformat(),
            "latestSafe": self.latest_safe.isoformat(),
            "provisional": self.provisional,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Receipt:
        """A receipt as it was kept."""
        return cls(
            period=Period.from_json(kept),
            calendar_version=kept["calendarVersion"],
            engine_version=kept["engineVersion"],
            raw_end=moment(kept["rawEnd"]),
            end=moment(kept["end"]),
            excluded_days=kept["excludedDays"],
            provisional=kept["provisional"],
        )


def moment(text: str) -> date | datetime:
    """A day or an instant, as receipts write them."""
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
