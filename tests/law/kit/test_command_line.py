"""The law kit on the command line: one JSON answer, or a code and exit status 2; and a quick start."""

import json
import re
import sys
from typing import Any

import pytest
from typer.testing import CliRunner

from plumbline.cli.main import app
from tests.harness.process import Process
from tests.law.kit.worlds import INVENTED


def said(*words: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(*words: str) -> tuple[str, str]:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2, result.output
    answer = json.loads(result.stdout)
    assert result.stderr == f"{answer['code']}: {answer['message']}\n"
    return answer["code"], answer["message"]


def test_a_period_has_its_end_and_its_receipt():
    answer = said("period", "--start", "2026-09-18", "--length", "15", "--unit", "calendar-day")
    assert (answer["end"], answer["rawEnd"], answer["provisional"]) == ("2026-10-08", "2026-10-03", False)
    receipt = answer["receipt"]
    assert (receipt["start"], receipt["length"], receipt["unit"]) == ("2026-09-18", 15, "calendar-day")
    assert receipt["calendarVersion"] and receipt["engineVersion"]


@pytest.mark.parametrize(
    ("words", "end"),
    [
        (["--length", "7", "--unit", "working-day"], "2026-10-13"),
        (["--length", "1", "--unit", "month"], "2026-10-28"),
        (["--length", "7", "--unit", "working-day", "--before"], "2026-09-17"),
        (["--length", "5", "--unit", "calendar-day", "--bound", "none"], "2026-10-03"),
        (["--length", "7", "--unit", "working-day", "--exclude", "2026-09-29..2026-10-08"], "2026-10-15"),
    ],
)
def test_a_period_in_each_unit_and_manner(words, end):
    assert said("period", "--start", "2026-09-28", *words)["end"] == end


def test_a_period_of_hours_starts_at_an_instant_in_china():
    answer = said("period", "--start", "2026-09-28T16:20", "--length", "24", "--unit", "hour")
    assert answer["end"] == "2026-09-29T16:20:00+08:00"


def test_a_deadline_excludes_days_and_cites_its_article():
    excluded = ["--exclude", "2026-07-14..2026-07-28", "--exclude", "2026-08-18..2026-08-31"]
    answer = said("deadline", "CASE_DECISION", "--start", "2026-07-13", *excluded)
    assert (answer["rawEnd"], answer["end"], answer["latestSafe"]) == ("2026-11-07", "2026-11-09", "2026-11-07")
    assert (answer["article"], answer["evidence"], answer["what"]) == ("第六十条", "V", "作出处罚决定")
    assert answer["receipt"]["excludedDays"] == 27
    assert said("deadline", "CASE_DECISION", "--start", "2026-07-13", "--lang", "en")["what"] == "decide the case"


def test_a_late_fee_is_told_in_yuan():
    answer = said("late-fee", "--fine", "10000", "--due", "2026-09-24", "--paid", "2026-10-27")
    assert (answer["fee"], answer["days"], answer["capped"]) == ("9900.00", 33, False)
    capped = said("late-fee", "--fine", "50000.00", "--due", "2026-09-24", "--paid", "2026-10-28")
    assert (capped["fee"], capped["capped"]) == ("50000.00", True)


def test_identifiers_are_checked_and_the_reason_is_said_in_either_language():
    assert said("check", "id", "13040219900307001８")["normal"] == "130402199003070018"
    assert said("check", "uscc", "91130481ma07kkkk8f")["valid"] is True
    assert said("check", "docno", "武市监罚决[2026]015号")["normal"] == "武市监罚决〔2026〕15号"
    assert said("check", "bankcard", "6228480012345678903") == {
        "valid": True,
        "normal": "6228480012345678903",
        "reason": None,
        "code": None,
        "warnings": [],
    }
    wrong = said("check", "uscc", "91130481MA07KKKK8G")
    assert (wrong["valid"], wrong["code"], wrong["reason"]) == (False, "USCC_CHECK", "统一社会信用代码校验位不符")
    english = said("check", "uscc", "91130481MA07KKKK8G", "--lang", "en")
    assert english["reason"] == "the check character does not fit"
    abolished = said("check", "id", "130421197506050000", "--lang", "en")
    assert [warning["code"] for warning in abolished["warnings"]] == ["REGION_ABOLISHED"]


def test_the_law_is_listed_with_its_articles_sources_and_gaps():
    everything = said("rules")
    assert {rule["service"] for rule in everything["rules"]} >= {"subjects", "personnel"}
    assert all(rule["law"] and rule["article"] and rule["effects"] for rule in everything["rules"])
    assert all(number["evidence"] and number["reference"] for number in everything["numbers"])
    assert all(row["lengths"] for row in everything["deadlines"])
    subjects = said("rules", "--service", "subjects")
    assert {rule["service"] for rule in subjects["rules"]} == {"subjects"}
    assert "deadlines" not in subjects
    assert {row["service"] for row in subjects["unencoded"]} == {"subjects"}


DAYS = ["--start", "2026-12-25", "--length", "7", "--unit"]
FEE = ["--due", "2026-09-24", "--paid", "2026-09-25", "--fine"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["period", *DAYS, "working-day"], "CALENDAR_MISSING"),
        (["period", *DAYS, "fortnight"], "UNIT_INVALID"),
        (["period", *DAYS, "calendar-day", "--bound", "nobody"], "BOUND_INVALID"),
        (["period", *DAYS, "calendar-day", "--exclude", "2026-12-28"], "INTERVAL_INVALID"),
        (["period", *DAYS, "calendar-day", "--exclude", "2026-12-28..2026-12-27"], "INTERVAL_INVALID"),
        (["period", "--start", "2026-02-30", "--length", "7", "--unit", "month"], "DATE_INVALID"),
        (["period", "--start", "20260228", "--length", "7", "--unit", "month"], "DATE_INVALID"),
        (["period", "--start", "２０２６-02-28", "--length", "7", "--unit", "month"], "DATE_INVALID"),
        (["period", "--start", "2026-02-28Tnoon", "--length", "7", "--unit", "hour"], "DATE_INVALID"),
        (["period", "--start", "2026-02-28", "--length", "0", "--unit", "month"], "PERIOD_INVALID"),
        (["period", "--start", "2026-02-28", "--length", "-7", "--unit", "month"], "PERIOD_INVALID"),
        (["period", "--start", "2026-02-28", "--length", "a week", "--unit", "month"], "PERIOD_INVALID"),
        (["period", "--start", "2026-02-28", "--length", "9" * 50, "--unit", "month"], "PERIOD_INVALID"),
        (["deadline", "TEA_BREAK", "--start", "2026-02-28"], "RULE_UNKNOWN"),
        (["deadline", "CASE_DECISION", "--start", "2021-07-14"], "RULE_NOT_IN_FORCE"),
        (["deadline", "TRANSFER_SENDING", "--start", "2026-02-28"], "PERIOD_INVALID"),
        (["late-fee", *FEE, "-5"], "MONEY_INVALID"),
        (["late-fee", *FEE, "1.005"], "MONEY_INVALID"),
        (["late-fee", *FEE, "1000000000001"], "MONEY_INVALID"),
        (["late-fee", "--fine", "5", "--due", "1990-01-01", "--paid", "2026-01-01"], "RULE_NOT_IN_FORCE"),
        (["rules", "--service", "weather"], "SERVICE_UNKNOWN"),
        (["period", *DAYS, "month", "--calendar", "/nonexistent"], "CALENDAR_FILE_INVALID"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_its_code_in_both_languages(words, code):
    chinese, english = refused(*words), refused(*words, "--lang", "en")
    assert chinese[0] == english[0] == code
    assert [re.search("[\u4e00-\u9fff]", message) is not None for message in (chinese[1], english[1])] == [True, False]


def test_a_year_that_did_not_ship_can_be_given_in_a_file(tmp_path):
    days = [{"name": "元旦", "date": day.isoformat(), "isOffDay": not works} for day, works in INVENTED.days.items()]
    path = tmp_path / "2027.json"
    path.write_text(json.dumps({"year": 2027, "papers": ["invented"], "days": days}), encoding="utf-8")
    answer = said("period", *DAYS, "working-day", "--calendar", str(path))
    assert answer["end"] == "2027-01-06"
    assert answer["receipt"]["calendarVersion"].startswith("2021-2027.")


def test_a_command_that_only_computes_brings_nothing_heavy_along():
    program = (
        "import sys, json\nfrom plumbline.cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\nprint(json.dumps(sorted(sys.modules)))"
    )
    words = ["period", "--start", "2026-09-28", "--length", "7", "--unit", "working-day"]
    with Process([sys.executable, "-c", program, *words]) as process:
        assert process.wait(60) == 0, process.log
        loaded = set(json.loads(process.log.splitlines()[-1]))
    assert "plumbline.law.period" in loaded
    assert not loaded & {"eventlet", "nameko", "kombu", "sqlalchemy", "marshmallow", "plumbline.mesh", "requests"}
