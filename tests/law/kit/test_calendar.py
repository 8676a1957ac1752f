"""The calendar keeps every version of itself under a name made from its days."""

from datetime import date

import pytest

from plumbline.law import calendar as module
from plumbline.law.calendar import Calendar, CalendarAltered, CalendarMissing, CalendarVersionUnknown, Notice, shipped
from tests.law.kit.worlds import EARLIER, INVENTED, NEWEST, grown


def test_the_version_is_made_from_the_days_and_not_from_who_says_them():
    renamed = [Notice(notice.year, "elsewhere", dict(reversed(notice.days.items()))) for notice in NEWEST.notices]
    assert Calendar(tuple(renamed)).version == NEWEST.version
    assert EARLIER.version != NEWEST.version
    assert NEWEST.version.startswith("2021-2026.")


def test_a_single_day_makes_another_version():
    changed = Notice(2026, "", {**NEWEST.notices[-1].days, date(2026, 6, 1): False})
    assert Calendar((*NEWEST.notices[:-1], changed)).version != NEWEST.version


def test_every_earlier_version_is_kept_when_notices_are_loaded():
    calendars = grown()
    assert calendars.version(NEWEST.version) == NEWEST
    assert calendars.newest.years == NEWEST.years | {2027}
    with pytest.raises(CalendarVersionUnknown):
        shipped().version(calendars.newest.version)


def test_a_later_notice_counts_about_a_day_that_an_earlier_one_names():
    amended = NEWEST.with_notice(Notice(2026, "amended", {date(2026, 10, 8): False}))
    assert NEWEST.works(date(2026, 10, 8)) and not amended.works(date(2026, 10, 8))


def test_an_altered_notice_is_found_when_it_is_loaded(monkeypatch):
    read = module.read

    def altered(name):
        table = read(name)
        return table | {"holidays": table["holidays"][1:]} if name.endswith("2024.yaml") else table

    monkeypatch.setattr(module, "read", altered)
    module._shipped_notice.cache_clear()
    try:
        with pytest.raises(CalendarAltered, match="add a version instead"):
            shipped.__wrapped__()
    finally:
        module._shipped_notice.cache_clear()


def test_a_year_that_is_not_announced_cannot_be_loaded():
    with pytest.raises(CalendarMissing) as refusal:
        Notice.from_holiday_cn({"year": 2027, "papers": [], "days": []})
    assert refusal.value.code == "CALENDAR_MISSING" and "2027" in refusal.value.said("zh")
    assert "2027" in refusal.value.said("en")


def test_a_notice_may_be_loaded_from_json():
    loaded = {"year": 2027, "papers": ["invented"], "days": []}
    loaded["days"] = [
        {"name": "元旦", "date": day.isoformat(), "isOffDay": not works} for day, works in INVENTED.days.items()
    ]
    assert Notice.from_holiday_cn(loaded) == INVENTED
