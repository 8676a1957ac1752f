"""Our tables against real data: holidays, divisions, area codes, hard cases of identifiers."""

import csv
import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
import yaml

from plumbline.identifiers import bank_card, citizen, contact, docno, plate, uscc
from plumbline.identifiers.region import REGIONS
from plumbline.law.calendar import Calendar, CalendarMissing, Notice, shipped
from tests.law.kit.data import folder

YEARS = range(2021, 2027)
TODAY = date(2026, 11, 24)
IDENTIFIERS = Path(citizen.__file__).parent


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def notice(year: int) -> Notice:
    return Notice.from_holiday_cn(json.loads((folder("calendar") / f"{year}.json").read_text(encoding="utf-8")))


def test_our_calendar_is_the_published_one_to_the_day():
    published = Calendar(tuple(notice(year) for year in YEARS))
    assert published.version == shipped().newest.version
    assert [row.source for row in published.notices] == [row.source for row in shipped().newest.notices]


def test_each_day_of_six_years_agrees_with_the_combined_table():
    named = {row["date"]: row["is_off_day"] == "false" for row in rows(folder("calendar") / "combined_2021_2026.csv")}
    day, calendar = date(min(YEARS), 1, 1), shipped().newest
    while day.year in YEARS:
        assert calendar.works(day) == named.get(day.isoformat(), day.weekday() < 5), day
        day += timedelta(days=1)


def test_a_year_without_notice_is_not_a_year_without_holidays():
    with pytest.raises(CalendarMissing):
        notice(2027)


def test_the_counties_and_towns_are_those_of_the_divisions():
    known = {row["code"]: row["name"] for name in ("hebei_counties", "handan_townships") for row in divisions(name)}
    ours = {code: region.name for code, region in REGIONS.items() if region.level in ("COUNTY", "TOWNSHIP")}
    assert ours == {code: known.get(code) for code in ours}
    counties = {row["code"] for row in divisions("handan_counties")} | {"130481"}
    assert counties <= set(ours)
    assert {row["code"] for row in divisions("handan_townships") if row["areaCode"] == "130481"} <= set(ours)


@cache
def divisions(name: str) -> list[dict[str, str]]:
    return rows(folder("divisions") / f"{name}.csv")


def test_the_area_codes_of_people_are_all_there_current_and_abolished():
    table = yaml.safe_load((IDENTIFIERS / "id_regions.yaml").read_text(encoding="utf-8"))
    found = {row["code"]: row["status"] for row in rows(folder("pii") / "id_area_codes_hebei.csv")}
    assert set(table["current"]) == {code for code, status in found.items() if status == "current"}
    assert set(table["abolished"]) == {code for code, status in found.items() if status == "abolished"}


#: Cases that are there to be redacted although no form would accept them.
REFUSED_AT_ENTRY = {"130481198802300001", "130481197001010001", "130481700101000"}
CHECKS = {
    "身份证号18": lambda value: citizen.check(value, today=TODAY),
    "身份证号15": lambda value: citizen.check(value, today=TODAY),
    "手机号": contact.check_phone,
    "固话": contact.check_phone,
    "车牌": plate.check,
    "银行卡号": bank_card.check,
    "统一社会信用代码": uscc.check,
}


def test_hard_cases_of_identifiers_are_accepted_or_refused_as_they_should():
    cases = [row for row in rows(folder("pii") / "synthetic_cases.csv") if row["type"] in CHECKS]
    assert len(cases) > 20
    wrong = [row for row in cases if CHECKS[row["type"]](row["value"]).valid == (row["value"] in REFUSED_AT_ENTRY)]
    assert wrong == []


def test_what_only_looks_like_an_identifier_is_seldom_taken_for_one():
    values = [row["value"] for row in rows(folder("pii") / "lookalike_negatives.csv")]
    people = [value for value in values if citizen.check(value, today=TODAY).valid]
    codes = [row for row in rows(folder("pii") / "lookalike_negatives.csv") if "信用代码" in row["what_it_is"]]
    assert people == []
    assert [row["value"] for row in codes if not uscc.check(row["value"]).valid] == []


def test_document_numbers_of_real_decisions_are_brought_into_one_form():
    records = rows(folder("decisions") / "structured_summaries.csv")
    texts = [value for row in records for value in row.values() if value and "号" in value and len(value) < 30]
    read = [number for text in texts if (number := docno.parse(text))]
    assert len(read) >= 5
    assert all(docno.CANONICAL.fullmatch(str(number)) and docno.parse(str(number)) == number for number in read)
