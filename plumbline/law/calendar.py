"""Which days are working days, by the State Council's yearly notices; every state of knowledge keeps its version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Any

from plumbline.law.tables import read
from plumbline.law.unanswerable import Unanswerable

ONE_DAY = timedelta(days=1)
_WORKING_WEEKDAYS = range(5)
_HASH_CHARACTERS = 12


class CalendarMissing(Unanswerable):
    """No notice about this year is loaded, so its working days are not known."""

    code = "CALENDAR_MISSING"

    def __init__(self, year: int):
        self.year = year
        super().__init__(
            f"没有{year}年的节假日安排，不能推算工作日",
            f"the working days of {year} are not known: no notice is loaded",
        )


class CalendarVersionUnknown(Unanswerable):
    """A receipt names a calendar that is not kept here."""

    code = "CALENDAR_VERSION_UNKNOWN"


class CalendarAltered(ValueError):
    """The days of a version that was used are no longer what they were."""


@dataclass(frozen=True)
class Notice:
    """One notice (节假日安排): the rest days and make-up days it names; they may lie in a neighbouring year."""

    year: int
    source: str
    days: Mapping[date, bool]  # day → does it work

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Notice:
        """From a file of ours."""
        days: dict[date, bool] = {}
        for holiday in table["holidays"]:
            first, last = holiday["rest"]
            days |= dict.fromkeys(_each(first, last), False) | dict.fromkeys(holiday["work"], True)
        return cls(table["year"], table["source"], days)

    @classmethod
    def from_holiday_cn(cls, loaded: Mapping[str, Any]) -> Notice:
        """From the JSON layout of holiday-cn, in which new years can be had; a year not yet announced has no days."""
        if not loaded["days"]:
            raise CalendarMissing(loaded["year"])
        days = {date.fromisoformat(day["date"]): not day["isOffDay"] for day in loaded["days"]}
        return cls(loaded["year"], "；".join(loaded["papers"]), days)


@dataclass(frozen=True)
class Calendar:
    """What a set of notices says about each day; of two notices about one day the later counts."""

    notices: tuple[Notice, ...]

    @cached_property
    def years(self) -> frozenset[int]:
        """The years whose notice is here."""
        return frozenset(notice.year for notice in self.notices)

    @cached_property
    def named(self) -> dict[date, bool]:
        """The days that do not follow the week."""
        return {day: works for notice in self.notices for day, works in notice.days.items()}

    @cached_property
    def version(self) -> str:
        """First year, last year and a hash of the content: the same days have the same version, wherever they are."""
        content = [sorted(self.years), sorted((day.isoformat(), works) for day, works in self.named.items())]
        digest = hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()
        span = f"{min(self.years)}-{max(self.years)}" if self.years else "none"
        return f"{span}.{digest[:_HASH_CHARACTERS]}"

    def works(self, day: date) -> bool:
        """Whether it is a working day: named as such, or Monday to Friday and not named as a rest day."""
        if day.year not in self.years:
            raise CalendarMissing(day.year)
        named = self.named.get(day)
        return day.weekday() in _WORKING_WEEKDAYS if named is None else named

    def first_working(self, day: date) -> date:
        """The day itself if it works, or the first working day after it."""
        while not self.works(day):
            day += ONE_DAY
        return day

    def working_days(self, year: int) -> int:
        """How many working days the year has."""
        return sum(self.works(day) for day in _each(date(year, 1, 1), date(year, 12, 31)))

    def with_notice(self, notice: Notice) -> Calendar:
        """What is known once `notice` is loaded too."""
        return Calendar((*self.notices, notice))


class Calendars:
    """Every version of the calendar that was ever used, so that an old receipt can be worked out again."""

    def __init__(self, versions: Sequence[Calendar]):
        self._versions = tuple(versions)
        self._by_name = {calendar.version: calendar for calendar in versions}

    def __iter__(self) -> Iterator[Calendar]:
        return iter(self._versions)

    @property
    def newest(self) -> Calendar:
        """What is known now."""
        return self._versions[-1]

    def version(self, name: str) -> Calendar:
        """The calendar a receipt names."""
        if name not in self._by_name:
            raise CalendarVersionUnknown(f"未保存日历版本{name}", f"the calendar version {name} is not kept here")
        return self._by_name[name]

    def grown(self, notices: Iterable[Notice]) -> Calendars:
        """With more notices loaded; what was known before is kept."""
        calendars = list(self._versions)
        for notice in notices:
            calendars.append(calendars[-1].with_notice(notice))
        return Calendars(calendars)


@cache
def shipped() -> Calendars:
    """The versions that come with the package, checked against the names they were recorded under."""
    calendars = []
    for row in read("data/calendar/versions.yaml")["versions"]:
        calendar = Calendar(tuple(_shipped_notice(str(name)) for name in row["notices"]))
        if calendar.version != row["version"]:
            raise CalendarAltered(f"the notices of {row['version']} now make {calendar.version}; add a version instead")
        calendars.append(calendar)
    return Calendars(calendars)


@cache
def _shipped_notice(name: str) -> Notice:
    return Notice.from_table(read(f"data/calendar/{name}.yaml"))


def _each(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += ONE_DAY
