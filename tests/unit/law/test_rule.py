"""What a rule is, and how breaches are found and told."""

from dataclasses import dataclass
from datetime import date

import pytest

from plumbline.law.refusal import InvalidParam, Refusal
from plumbline.law.rule import Citation, breaches, in_words, rule

SINCE = date(2021, 7, 15)


@dataclass(frozen=True)
class Facts:
    officers: int
    place: str = "武安镇"


@rule("TWO", cites=Citation("甲法", "第一条"), since=SINCE, cure="在{place}增加人员")
def two(facts):
    """不得少于两人。"""
    return facts.officers >= 2


@rule("THREE", cites=Citation("乙法", "第二条"), since=SINCE, cure="再增加人员")
def three(facts):
    """不得少于三人。"""
    return facts.officers >= 3


def test_every_broken_rule_is_listed_with_article_text_and_cure():
    found = breaches((two, three), Facts(1), on=SINCE)
    assert [(b.code, b.law, b.article, b.text, b.cure) for b in found] == [
        ("TWO", "甲法", "第一条", "不得少于两人。", "在武安镇增加人员"),
        ("THREE", "乙法", "第二条", "不得少于三人。", "再增加人员"),
    ]


def test_a_rule_kept_is_no_breach():
    assert [b.code for b in breaches((two, three), Facts(2), on=SINCE)] == ["THREE"]


def test_a_rule_does_not_judge_days_before_it_was_in_force():
    assert breaches((two,), Facts(0), on=date(2021, 7, 14)) == []


def test_a_rule_that_does_not_say_what_the_law_says_is_refused():
    with pytest.raises(TypeError):
        rule("X", cites=Citation("甲法", "第一条"), since=SINCE, cure="")(lambda facts: True)


def test_a_refusal_tells_its_breaches_in_words_each_once():
    found = breaches((two, two), Facts(1), on=SINCE)
    assert str(Refusal(breaches=found)) == in_words(found) == "不得少于两人。（《甲法》第一条）"


def test_a_refusal_of_parameters_tells_their_reasons():
    assert str(Refusal(invalid=[InvalidParam("a", "错一", "X"), InvalidParam("b", "错二", "X")])) == "错一；错二"
