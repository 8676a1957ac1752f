"""The table of all deadlines (deadlines.yaml): what is due, how long it takes, by which article."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from plumbline.law.intervals import Interval
from plumbline.law.period import Bound, Direction, Ground, Period, Unit
from plumbline.law.rule import Citation
from plumbline.law.tables import read
from plumbline.law.unanswerable import Unanswerable


class DeadlineUnknown(Unanswerable):
    """No deadline has this code."""

    code = "RULE_UNKNOWN"


class DeadlineNotInForce(Unanswerable):
    """The deadline has no length for periods that start on that day."""

    code = "RULE_NOT_IN_FORCE"


@dataclass(frozen=True)
class Words:
    """The same words in both languages."""

    zh: str
    en: str

    def said(self, language: str) -> str:
        """In `zh` or `en`."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True)
class Length:
    """How long it takes, for periods that start on `since` or later, and where that is written."""

    since: date
    value: int
    law: str
    article: str
    evidence: str

    @property
    def citation(self) -> Citation:
        """The instrument by its full title, and the article."""
        return Citation(instruments()[self.law]["title"], self.article)


@dataclass(frozen=True)
class Deadline:
    """One deadline; `falls_on` is for those of a fixed month and day, so many years later."""

    code: str
    number: int
    what: Words
    starts: Words
    unit: str
    bound: Bound
    lengths: tuple[Length, ...]
    direction: Direction = Direction.AFTER
    falls_on: tuple[int, int] | None = None
    extends: str | None = None
    reading: str | None = None

    def length(self, day: date) -> Length:
        """The length of a period that starts on that day."""
        in_force = [length for length in self.lengths if length.since <= day]
        if not in_force:
            first = min(length.since for length in self.lengths)
            raise DeadlineNotInForce(
                f"{self.code}自{first}起施行，不适用于{day}起算的期间",
                f"{self.code} is in force since {first} and does not judge a period that starts on {day}",
            )
        return max(in_force, key=lambda length: length.since)

    def period(self, start: date | datetime, excluded: Iterable[Interval] = ()) -> Period:
        """The question this deadline asks, for an event on `start`."""
        day = start.date() if isinstance(start, datetime) else start
        length = self.length(day)
        ground = Ground(self.code, length.citation.instrument, length.article)
        if self.falls_on:  # one year from that day of the year before
            month, monthday = self.falls_on
            begins = date(day.year + length.value - 1, month, monthday)
            return Period(begins, 1, Unit.YEAR, self.bound, excluded=tuple(excluded), ground=ground)
        return Period(start, length.value, Unit(self.unit), self.bound, self.direction, tuple(excluded), ground)


@cache
def instruments() -> dict[str, dict[str, Any]]:
    """The instruments by short name."""
    return read("instruments.yaml")


@cache
def deadlines() -> dict[str, Deadline]:
    """All deadlines by code."""
    return {code: _deadline(code, row) for code, row in read("deadlines.yaml").items()}


def deadline(name: str) -> Deadline:
    """The deadline of that code, or of that number where the number has only one."""
    code = name.strip().upper().replace("-", "_")
    if code in deadlines():
        return deadlines()[code]
    numbered = [found for found in deadlines().values() if str(found.number) == code]
    if len(numbered) == 1:
        return numbered[0]
    choices = "、".join(found.code for found in numbered)
    raise DeadlineUnknown(
        f"没有期限“{name}”" + (f"，可选：{choices}" if choices else ""),
        f"there is no deadline {name!r}" + (f"; choose one of {choices.replace('、', ', ')}" if choices else ""),
    )


def _deadline(code: str, row: Mapping[str, Any]) -> Deadline:
    falls_on = row.get("falls_on")
    return Deadline(
        code=code,
        number=row["number"],
        what=Words(**row["what"]),
        starts=Words(**row["starts"]),
        unit=row["unit"],
        bound=Bound(row["bound"]),
        lengths=tuple(Length(since=since, **value) for since, value in row["lengths"].items()),
        direction=Direction(row.get("direction", Direction.AFTER)),
        falls_on=(falls_on["month"], falls_on["day"]) if falls_on else None,
        extends=row.get("extends"),
        reading=row.get("reading"),
    )
