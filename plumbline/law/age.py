"""Age in full years (周岁): a year of age is complete on the day after the birthday."""

from __future__ import annotations

from datetime import date

from plumbline.law.dates import add_months, day_after
from plumbline.law.unanswerable import Unanswerable

MONTHS_OF_A_YEAR = 12


class NotYetBorn(Unanswerable):
    """The day lies before the birth."""

    code = "DATE_ORDER"


def turns(birth: date, years: int) -> date:
    """The first day on which the person is `years` old; who was born on 29 February has a birthday every year."""
    return day_after(add_months(birth, years * MONTHS_OF_A_YEAR))


def age_on(birth: date, day: date) -> int:
    """How many full years the person has on the day."""
    if day < birth:
        raise NotYetBorn(f"{day}早于出生日期{birth}", f"{day} lies before the birth on {birth}")
    years = day.year - birth.year
    return years if day >= turns(birth, years) else max(0, years - 1)
