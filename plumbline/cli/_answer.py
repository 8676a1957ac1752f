"""How commands about law answer: one JSON value on standard output; a refusal is its code and exit status 2."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from plumbline.law.calendar import Calendar, Notice, shipped
from plumbline.law.dates import LEGAL_ZONE
from plumbline.law.intervals import Interval
from plumbline.law.period import Receipt
from plumbline.law.unanswerable import Unanswerable

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
REFUSED = 2


class Language(StrEnum):
    """The language of messages; codes and keys are English in both."""

    ZH = "zh"
    EN = "en"


Lang = Annotated[Language, typer.Option("--lang", help="Language of messages.")]
Start = Annotated[str, typer.Option(help="The day on which it starts, 2026-09-28; with a time for hours.")]
Exclude = Annotated[
    list[str] | None, typer.Option(help="Days that do not count, A..B: A is the first, B the day after the last.")
]
CalendarFiles = Annotated[
    list[Path] | None, typer.Option("--calendar", help="A year's notice in holiday-cn's JSON, beside those that ship.")
]


class InputInvalid(Unanswerable):
    """A value on the command line that cannot be read."""

    def __init__(self, code: str, detail: str, english: str):
        super().__init__(detail, english)
        self.code = code


def answer(value: Any) -> None:
    """Print the answer."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def refusals(language: Language) -> Iterator[None]:
    """Turn a question without an answer into its code, its reason and exit status 2."""
    try:
        yield
    except Unanswerable as refusal:
        answer({"code": refusal.code, "message": refusal.said(language)})
        print(f"{refusal.code}: {refusal.said(language)}", file=sys.stderr)
        raise typer.Exit(REFUSED) from None


def day(text: str) -> date:
    """A day, strictly 2026-09-28."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InputInvalid("DATE_INVALID", f"“{text}”不是日期，应如2026-09-28", f"{text!r} is no day; write 2026-09-28")


def moment(text: str) -> date | datetime:
    """A day, or an instant; an instant without offset is China's time."""
    if "T" not in text:
        return day(text)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        wanted = "2026-09-28T09:30"
        raise InputInvalid(
            "DATE_INVALID", f"“{text}”不是时刻，应如{wanted}", f"{text!r} is no instant; write {wanted}"
        ) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=LEGAL_ZONE)


def intervals(texts: Sequence[str] | None) -> tuple[Interval, ...]:
    """The spans A..B."""
    return tuple(_interval(text) for text in texts or ())


def calendar(files: Sequence[Path] | None) -> Calendar:
    """What is known about working days, with the notices in these files."""
    return shipped().grown(_notice(path) for path in files or ()).newest


def shown(receipt: Receipt) -> dict[str, Any]:
    """The answer about a period."""
    kept = receipt.as_json()
    return {name: kept[name] for name in ("end", "rawEnd", "latestSafe", "provisional")} | {"receipt": kept}


def _interval(text: str) -> Interval:
    since, dots, until = text.partition("..")
    if not dots:
        raise InputInvalid("INTERVAL_INVALID", f"“{text}”不是区间，应如A..B", f"{text!r} is no interval; write A..B")
    return Interval(day(since), day(until))


def _notice(path: Path) -> Notice:
    try:
        return Notice.from_holiday_cn(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputInvalid(
            "CALENDAR_FILE_INVALID", f"无法读取日历文件{path}", f"the calendar file {path} cannot be read: {error}"
        ) from None
