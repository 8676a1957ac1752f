"""Sets of rules answer at once, and numbers know where they come from."""

from dataclasses import dataclass
from datetime import date

import pytest

from plumbline.law.late_fee import NUMBERS
from plumbline.law.numbers import NotASetting, number, numbers, with_settings
from plumbline.law.parameters import ParameterNotInForce, Parameters
from plumbline.law.refusal import Refusal
from plumbline.law.rule import Citation, rule
from plumbline.law.ruleset import RuleSet

SINCE = date(2021, 7, 15)
LAW = "中华人民共和国行政处罚法"


@dataclass(frozen=True)
class Facts:
    officers: int
    days: int


class Unlawful(Refusal):
    code = "UNLAWFUL"


@rule("OFFICER_COUNT", cites=Citation(LAW, "第四十二条第一款"), since=SINCE, cure="再指派一名执法人员")
def two_officers(facts):
    """执法人员不得少于两人。"""
    return facts.officers >= 2


@rule("NOBODY", cites=Citation(LAW, "第四十二条第一款"), since=SINCE, cure="指派执法人员")
def anybody(facts):
    """须由执法人员实施。"""
    return facts.officers > 0


@rule("LATE", cites=Citation(LAW, "第六十条"), since=SINCE, cure="报批延长期限")
def in_time(facts):
    """应当自立案之日起九十日内作出决定。"""
    return facts.days <= 90


RULES = RuleSet(bars=(two_officers, anybody), flags=(in_time,))


def test_everything_in_the_way_is_said_at_once_with_what_would_clear_it():
    judgment = RULES.judge(Facts(0, 91), on=SINCE)
    assert [(breach.code, breach.cure) for breach in judgment.barred] == [
        ("OFFICER_COUNT", "再指派一名执法人员"),
        ("NOBODY", "指派执法人员"),
    ]
    assert [breach.code for breach in judgment.flagged] == ["LATE"]
    with pytest.raises(Unlawful) as refusal:
        judgment.or_refuse(Unlawful)
    assert [breach.code for breach in refusal.value.breaches] == ["OFFICER_COUNT", "NOBODY"]


def test_a_flag_is_recorded_and_the_act_stands():
    judgment = RULES.judge(Facts(2, 91), on=SINCE)
    assert judgment.passes
    assert [breach.code for breach in judgment.or_refuse(Unlawful).flagged] == ["LATE"]


def test_rules_do_not_judge_days_before_they_were_in_force():
    assert RULES.judge(Facts(0, 91), on=date(2021, 7, 14)).passes


def test_a_number_knows_its_days_unit_source_and_evidence():
    found = number(NUMBERS, "late_fee_percent_a_day", date(2026, 9, 25))
    assert (found.value, found.unit, found.since, found.until, found.evidence) == (3, "percent", SINCE, None, "V")
    earlier = number(NUMBERS, "late_fee_percent_a_day", date(2021, 7, 14))
    assert (earlier.until, earlier.evidence, earlier.is_setting) == (date(2021, 7, 14), "K", True)
    assert "第七十二条" in found.reference
    with pytest.raises(ParameterNotInForce):
        number(NUMBERS, "late_fee_percent_a_day", date(1996, 9, 30))


def test_every_value_of_a_number_ends_where_the_next_begins():
    found = [row for row in numbers(NUMBERS) if row.name == "late_fee_most_percent"]
    assert [(row.since, row.until) for row in found] == [
        (date(2012, 1, 1), date(2021, 7, 14)),
        (SINCE, None),
    ]


def test_a_default_may_be_set_and_the_law_may_not():
    chosen = with_settings(NUMBERS, {"largest_amount": 500})
    assert chosen.at("largest_amount", SINCE) == 500
    assert NUMBERS.at("largest_amount", SINCE) == 10**12
    assert number(chosen, "largest_amount", SINCE).reference.startswith("本地设定")
    with pytest.raises(NotASetting, match="late_fee_most_percent"):
        with_settings(NUMBERS, {"late_fee_most_percent": 50})
    with pytest.raises(NotASetting, match="tea"):
        with_settings(NUMBERS, {"tea": 1})


def test_a_setting_leaves_the_days_alone_on_which_the_law_itself_says_how_much(tmp_path):
    table = {
        "hours": {
            "meaning": "Hours",
            "unit": "hour",
            "values": {
                date(2017, 1, 1): {"value": 40, "reference": "甲", "evidence": "D"},
                date(2022, 1, 1): {"value": 60, "reference": "乙", "evidence": "V"},
            },
        }
    }
    chosen = with_settings(Parameters(tmp_path, table), {"hours": 50})
    assert [chosen.at("hours", day) for day in (date(2021, 12, 31), date(2022, 1, 1))] == [50, 60]
