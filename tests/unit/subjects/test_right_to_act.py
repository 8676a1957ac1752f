"""Who may act where, on which day, on what basis; and every reason why not."""

from datetime import date

import pytest

from services.subjects.domain.right_to_act import may_act
from tests.unit.subjects.builders import (
    DAY,
    a_basis,
    a_confirmed_subject,
    a_question,
    an_applied_subject,
    an_item,
    codes,
    days,
    on,
)
from tests.unit.subjects.test_subject import END, WHY


def test_a_confirmed_body_may_act_and_the_answer_says_on_what_basis():
    answer = may_act(a_confirmed_subject(), a_question())

    assert answer.allowed and answer.status == "CONFIRMED" and answer.reasons == ()
    assert (answer.basis.power_item_code, answer.basis.power_item_version) == ("CF-001", 1)
    assert [basis.code for basis in answer.basis.legal_bases] == ["food-law"]


def test_an_unknown_body_may_do_nothing():
    answer = may_act(None, a_question())
    assert not answer.allowed
    assert codes(answer) == ["SUBJECT_UNKNOWN", "PENALTY_VOID"]


def test_an_applicant_may_not_act_yet():
    assert codes(may_act(an_applied_subject(), a_question())) == ["SUBJECT_NOT_CONFIRMED", "PENALTY_VOID"]


def test_a_day_before_the_confirmation_stays_a_day_without_power():
    answer = may_act(a_confirmed_subject(), a_question(days(-1)))
    assert codes(answer) == ["SUBJECT_NOT_CONFIRMED", "PENALTY_VOID"]
    assert answer.status is None


def test_a_day_before_the_oldest_rule_is_judged_by_the_oldest_rules():
    subject = a_confirmed_subject(power_items=[an_item(valid_from=date(1990, 1, 1))])
    answer = may_act(subject, a_question(date(1995, 1, 1)))
    assert not answer.allowed
    assert "SUBJECT_NOT_CONFIRMED" in codes(answer)


def test_a_suspended_body_may_not_act():
    subject = a_confirmed_subject()
    subject.suspend(on(days(1)), **WHY)
    assert codes(may_act(subject, a_question(days(1)))) == ["SUBJECT_SUSPENDED"]


def test_a_revoked_body_may_not_act_but_its_past_stays_lawful():
    subject = a_confirmed_subject()
    subject.revoke(on(days(5)), **END)
    assert may_act(subject, a_question(days(4))).allowed
    assert codes(may_act(subject, a_question(days(5)))) == ["SUBJECT_REVOKED", "PENALTY_VOID"]


@pytest.mark.parametrize(
    "change", [{"field": "TOBACCO"}, {"action_type": "LICENCE"}, {"power_item_code": "CF-999", "field": None}]
)
def test_what_is_not_in_the_power_list_may_not_be_done(change):
    assert "NO_POWER" in codes(may_act(a_confirmed_subject(), a_question(**change)))


def test_an_item_may_be_asked_for_by_its_code():
    question = a_question(field=None, power_item_code="CF-001", action_type=None)
    assert may_act(a_confirmed_subject(), question).allowed


def test_a_power_ends_at_the_border_of_its_region():
    assert codes(may_act(a_confirmed_subject(), a_question(region="130402"))) == ["REGION_OUTSIDE_POWER"]
    assert codes(may_act(a_confirmed_subject(), a_question(region="130400"))) == ["REGION_OUTSIDE_POWER"]
    assert codes(may_act(a_confirmed_subject(), a_question(region="000000"))) == ["REGION_OUTSIDE_POWER"]


def test_the_industrial_park_lies_in_the_city_although_its_code_does_not_say_so():
    assert may_act(a_confirmed_subject(), a_question(region="130481400")).allowed


def test_a_power_begins_and_ends_with_its_validity():
    item = an_item(valid_from=days(2), valid_to=days(4))
    subject = a_confirmed_subject(power_items=[item])
    assert [may_act(subject, a_question(days(n))).allowed for n in (1, 2, 4, 5)] == [False, True, True, False]


def test_the_version_in_force_on_the_day_is_the_basis():
    subject = a_confirmed_subject(
        power_items=[an_item(valid_to=days(3)), an_item(version=2, valid_from=days(4))],
    )
    versions = [may_act(subject, a_question(days(n))).basis.power_item_version for n in (3, 4)]
    assert versions == [1, 2]


def test_a_basis_that_has_ended_carries_no_act():
    subject = a_confirmed_subject(legal_bases=[a_basis(effective_to=days(3))])
    assert may_act(subject, a_question(days(3))).allowed
    assert codes(may_act(subject, a_question(days(4)))) == ["POWER_SOURCE_MISSING", "NORM_CREATES_NO_PENALTY"]


def test_a_delegate_never_acts_in_its_own_name():
    subject = an_applied_subject(kind="DELEGATE")
    assert "DELEGATION_INVALID" in codes(may_act(subject, a_question()))


def test_every_reason_is_given_at_once():
    subject = a_confirmed_subject(legal_bases=[a_basis(effective_to=days(3))])
    subject.suspend(on(days(4)), **WHY)
    assert codes(may_act(subject, a_question(days(4), region="130402"))) == [
        "SUBJECT_SUSPENDED",
        "REGION_OUTSIDE_POWER",
        "POWER_SOURCE_MISSING",
        "NORM_CREATES_NO_PENALTY",
    ]


def test_of_several_items_the_one_that_carries_the_act_is_the_basis():
    broken = an_item("A-1", basis_codes=("norm",))
    subject = a_confirmed_subject(legal_bases=[a_basis(), a_basis("norm", "NORM", effective_from=DAY)])
    subject.power_items.append(broken)
    assert may_act(subject, a_question()).basis.power_item_code == "CF-001"


def test_what_was_entered_later_was_not_known_before():
    subject = a_confirmed_subject()
    subject.revoke(on(days(1), entered=days(9)), **END)
    question = a_question(days(1))
    assert may_act(subject, question, known_at=on(days(8)).recorded_at).allowed
    assert not may_act(subject, question, known_at=on(days(9)).recorded_at).allowed
    assert codes(may_act(subject, question, known_at=on(days(-1)).recorded_at))[0] == "SUBJECT_UNKNOWN"
