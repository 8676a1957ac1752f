"""Was an act entered late?  (及时录入)  A late entry is flagged, never refused."""

from __future__ import annotations

from plumbline.law.calendar import Calendar, CalendarMissing
from plumbline.law.dates import Occurrence
from plumbline.law.parameters import Parameters
from plumbline.law.period import Bound, Period, Unit
from plumbline.law.period_count import count

CODE = "LATE_ENTRY"
NUMBERS = Parameters.beside(__file__)


def entered_late(act: Occurrence, calendar: Calendar) -> bool | None:
    """Whether more working days passed than allowed; None as long as the calendar does not say."""
    if act.entered_on <= act.on:
        return False
    allowed = Period(act.on, NUMBERS.at("late_entry_working_days", act.on), Unit.WORKING_DAY, Bound.AGENCY)
    try:
        return act.entered_on > count(allowed, calendar).end
    except CalendarMissing:
        return None
