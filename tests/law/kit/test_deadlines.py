"""The table of deadlines is complete, cited, and every row of it can be counted."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from plumbline.law.dates import LEGAL_ZONE
from plumbline.law.deadlines import Deadline, deadlines, instruments
from plumbline.law.lint import counts_working_days, deadline_faults
from plumbline.law.period import Direction, Receipt, Unit
from plumbline.law.period_count import count, replay
from plumbline.law.register import readings
from tests.law.kit.worlds import NEWEST, grown

NUMBERS = range(1, 65)
TABLE = deadlines()


def with_length(row: Deadline, **changes) -> Deadline:
    return replace(row, lengths=tuple(replace(length, **changes) for length in row.lengths))


def faults(row: Deadline) -> list[str]:
    return deadline_faults([*(other for other in TABLE.values() if other.code != row.code), row], readings())


def test_the_table_has_no_faults_and_no_gap():
    assert deadline_faults(TABLE.values(), readings()) == []
    assert {row.number for row in TABLE.values()} == set(NUMBERS)


def test_every_word_is_there_in_both_languages():
    assert all(words.zh and words.en for row in TABLE.values() for words in (row.what, row.starts))
    assert len({row.what.en for row in TABLE.values()}) == len({row.what.zh for row in TABLE.values()}) == len(TABLE)


@pytest.mark.parametrize("code", sorted(TABLE))
def test_every_deadline_can_be_counted_and_counted_again(code):
    row = TABLE[code]
    start = date(2026, 4, 15)
    event = datetime(2026, 4, 15, 16, 20, tzinfo=LEGAL_ZONE) if row.unit == Unit.HOUR else start
    receipt = count(row.period(event), NEWEST)
    assert replay(Receipt.from_json(receipt.as_json()), grown()) == receipt
    assert receipt.period.ground.law == instruments()[row.length(start).law]["title"]
    if row.direction is Direction.BEFORE:
        assert receipt.end < event
    else:
        assert receipt.end > event


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda row: with_length(row, law="XYZ"), "not among the instruments"),
        (lambda row: with_length(row, article=""), "no article"),
        (lambda row: with_length(row, evidence="hearsay"), "no evidence tag"),
        (lambda row: with_length(row, article="条号未查得"), "not found"),
        (lambda row: with_length(row, since=date(2000, 1, 1)), "in force before APL"),
        (lambda row: with_length(row, value=7), "counts 7 calendar-day"),
        (lambda row: replace(row, unit="working-day"), "counts 90 working-day"),
        (lambda row: replace(row, extends="NOTHING"), "extends NOTHING"),
        (lambda row: replace(row, reading="no_such_reading"), "does not have"),
    ],
)
def test_each_fault_in_a_row_is_found(change, fault):
    found = faults(change(TABLE["CASE_DECISION"]))
    assert len(found) == 1 and fault in found[0] and found[0].startswith("CASE_DECISION ")


@pytest.mark.parametrize(
    ("law", "working"),
    [
        ("APL", {2: True, 3: True, 5: True, 7: True, 15: False, 90: False}),
        ("ACL", {3: True, 10: True, 30: False}),
        ("ARL", {5: True, 10: True, 30: False, 60: False}),
        ("LIC", {5: True, 20: True, 45: True}),
        ("TRF", {3: None}),
    ],
)
def test_each_law_says_which_of_its_days_are_working_days(law, working):
    assert {days: counts_working_days(law, days) for days in working} == working


def test_an_extension_after_the_raw_end_is_the_same_as_one_long_period():
    first = count(TABLE["CASE_DECISION"].period(date(2026, 3, 2)), NEWEST)
    extended = count(TABLE["CASE_DECISION_EXTENSION"].period(first.raw_end), NEWEST)
    assert extended.raw_end == date(2026, 3, 2) + timedelta(days=120)
