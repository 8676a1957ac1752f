"""Count a period of law from a day: its end, the end before rolling off rest days, and the receipt."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeVar

import typer

from plumbline.cli._answer import (
    CalendarFiles,
    Exclude,
    InputInvalid,
    Lang,
    Language,
    Start,
    answer,
    calendar,
    intervals,
    moment,
    refusals,
    shown,
)
from plumbline.law.period import Bound, Direction, Period, Unit
from plumbline.law.period_count import count

app = typer.Typer(rich_markup_mode=None)

Choice = TypeVar("Choice", bound=StrEnum)


@app.command()
def period(
    start: Start,
    length: Annotated[str, typer.Option(help="How many units.")],
    unit: Annotated[str, typer.Option(help="working-day, calendar-day, month, year or hour.")],
    bound: Annotated[str, typer.Option(help="Whom it binds: party, agency or none (never rolls).")] = Bound.PARTY,
    before: Annotated[bool, typer.Option("--before", help="Count back from the day instead.")] = False,
    exclude: Exclude = None,
    calendar_files: CalendarFiles = None,
    lang: Lang = Language.ZH,
) -> None:
    """Count LENGTH UNITs from START; the start itself is not counted."""
    with refusals(lang):
        asked = Period(
            start=moment(start),
            length=_number(length),
            unit=_one_of(Unit, unit, "UNIT_INVALID"),
            bound=_one_of(Bound, bound, "BOUND_INVALID"),
            direction=Direction.BEFORE if before else Direction.AFTER,
            excluded=intervals(exclude),
        )
        answer(shown(count(asked, calendar(calendar_files))))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise InputInvalid("PERIOD_INVALID", f"期间长度“{text}”无效", f"{text!r} is no length of a period")
    return int(text[:9])  # longer ones are refused all the same


def _one_of(choices: type[Choice], text: str, code: str) -> Choice:
    try:
        return choices(text)
    except ValueError:
        names = "、".join(choices)
        raise InputInvalid(
            code, f"“{text}”无效，可选：{names}", f"{text!r} is none of {names.replace('、', ', ')}"
        ) from None
