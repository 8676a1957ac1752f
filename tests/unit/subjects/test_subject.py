"""What a body allows and refuses between its application and its end.  No database, no broker, no clock."""

from datetime import date, datetime

import pytest

from plumbline.law.dates import LEGAL_ZONE, DateOrder
from services.subjects.domain import events
from services.subjects.domain.refusals import DuplicateSubject, SubjectState, UnlawfulConfirmation
from tests.unit.subjects.builders import (
    DAY,
    a_basis,
    a_confirmed_subject,
    an_applied_subject,
    an_item,
    an_opinion,
    codes,
    days,
    on,
)

WHY = {"ground": "整改", "legal_ground": "行政执法监督条例"}
END = {"reason": "机构撤销", "legal_ground": "武政〔2026〕1号"}


def test_confirming_a_body_says_in_which_fields_it_may_act():
    subject = an_applied_subject()

    said = subject.confirm(an_opinion(), on(DAY))

    assert subject.status == "CONFIRMED"
    assert (said.subject_id, said.occurred_on, said.field_codes) == ("s-1", DAY, ("FOOD",))


def test_a_body_without_a_staffing_document_is_not_confirmed():
    with pytest.raises(UnlawfulConfirmation) as refusal:
        an_applied_subject(staffing_document=None).confirm(an_opinion(), on(DAY))
    assert codes(refusal.value) == ["STAFFING_DOCUMENT_MISSING"]


def test_a_normative_document_alone_makes_no_body_and_no_penalty():
    subject = an_applied_subject(legal_bases=[a_basis(kind="NORM")])
    with pytest.raises(UnlawfulConfirmation) as refusal:
        subject.confirm(an_opinion(), on(DAY))
    assert codes(refusal.value) == ["POWER_SOURCE_MISSING", "POWER_SOURCE_MISSING", "NORM_CREATES_NO_PENALTY"]


def test_an_authorised_organisation_with_a_rule_only_is_not_confirmed_for_penalties():
    subject = an_applied_subject(kind="AUTHORISED", legal_bases=[a_basis(kind="RULE")])
    with pytest.raises(UnlawfulConfirmation, match="第十九条"):
        subject.confirm(an_opinion(), on(DAY))


def test_detention_is_for_the_organs_the_law_names():
    item = an_item(penalty_kinds=("DETENTION",))
    with pytest.raises(UnlawfulConfirmation, match="第十八条第三款"):
        an_applied_subject(power_items=[item]).confirm(an_opinion(), on(DAY))
    an_applied_subject(power_items=[item], legal_bases=[a_basis(names_body=True)]).confirm(an_opinion(), on(DAY))


def test_without_the_staffing_office_nothing_is_confirmed():
    with pytest.raises(UnlawfulConfirmation) as refusal:
        an_applied_subject().confirm(an_opinion(agrees=False), on(DAY))
    assert codes(refusal.value) == ["STAFFING_OPINION_MISSING"]


def test_a_credit_code_in_use_is_a_duplicate_when_nothing_else_is_wrong():
    with pytest.raises(DuplicateSubject):
        an_applied_subject().confirm(an_opinion(), on(DAY), code_is_free=False)


def test_every_breach_is_named_at_once_with_its_article_and_its_cure():
    subject = an_applied_subject(
        kind="AUTHORISED",
        staffing_document=None,
        legal_bases=[a_basis(kind="RULE")],
        power_items=[an_item(), an_item("CF-002", penalty_kinds=("DETENTION",))],
    )

    with pytest.raises(UnlawfulConfirmation) as refusal:
        subject.confirm(an_opinion(agrees=False), on(DAY), code_is_free=False)

    assert codes(refusal.value) == [
        "STAFFING_DOCUMENT_MISSING",
        "STAFFING_OPINION_MISSING",
        "DUPLICATE",
        "STATUTE_REQUIRED",
        "STATUTE_REQUIRED",
        "DETENTION_RESERVED",
    ]
    assert all(breach.article and breach.cure for breach in refusal.value.breaches)
    assert "CF-002" in refusal.value.breaches[-1].cure


def test_a_refused_body_is_left_untouched():
    subject = an_applied_subject(staffing_document=None)
    with pytest.raises(UnlawfulConfirmation):
        subject.confirm(an_opinion(), on(DAY))
    assert (subject.status, len(subject.history), subject.staffing_opinion) == ("SUBMITTED", 1, None)


def test_a_basis_that_has_ended_confirms_nothing():
    subject = an_applied_subject(legal_bases=[a_basis(effective_to=days(-1))])
    with pytest.raises(UnlawfulConfirmation):
        subject.confirm(an_opinion(), on(DAY))


def test_an_item_of_the_past_is_not_judged():
    past = an_item("CF-OLD", basis_codes=("old",), valid_to=days(-1))
    old = a_basis("old", "NORM")
    an_applied_subject(power_items=[past, an_item()], legal_bases=[a_basis(), old]).confirm(an_opinion(), on(DAY))


def test_a_confirmation_is_not_before_the_application_nor_before_the_opinion():
    with pytest.raises(DateOrder):
        an_applied_subject().confirm(an_opinion(issued_on=days(-9)), on(days(-1), entered=DAY))
    with pytest.raises(DateOrder):
        an_applied_subject().confirm(an_opinion(issued_on=days(3)), on(days(2), entered=days(9)))


def test_a_body_is_confirmed_once():
    with pytest.raises(SubjectState):
        a_confirmed_subject().confirm(an_opinion(), on(DAY))


def test_a_body_that_is_not_confirmed_can_be_neither_suspended_nor_revoked_nor_resumed():
    subject = an_applied_subject()
    for act in (
        lambda: subject.suspend(on(DAY), **WHY),
        lambda: subject.revoke(on(DAY), **END),
        lambda: subject.resume(on(DAY), ground="已整改"),
    ):
        with pytest.raises(SubjectState):
            act()


def test_a_suspension_says_its_last_day():
    said = a_confirmed_subject().suspend(on(days(1)), until=days(30), **WHY)
    assert said == events.SubjectSuspended("s-1", days(1), days(30), WHY["legal_ground"])


def test_a_suspension_does_not_end_before_it_begins():
    with pytest.raises(DateOrder) as refusal:
        a_confirmed_subject().suspend(on(days(2)), until=days(1), **WHY)
    assert refusal.value.invalid[0].name == "until"


def test_a_suspension_is_lifted_from_a_day_on():
    subject = a_confirmed_subject()
    subject.suspend(on(days(1)), **WHY)

    said = subject.resume(on(days(5)), ground="已整改")

    assert said == events.SubjectResumed("s-1", days(5))
    assert [subject.status_on(days(n)) for n in (0, 1, 4, 5)] == ["CONFIRMED", "SUSPENDED", "SUSPENDED", "CONFIRMED"]


def test_a_term_ends_by_itself_on_the_day_after_its_last():
    subject = a_confirmed_subject()
    subject.suspend(on(days(1)), until=days(3), **WHY)

    assert subject.end_term(on(days(3), hour=23).recorded_at) == []
    assert subject.end_term(on(days(4), hour=0).recorded_at) == [events.SubjectResumed("s-1", days(4))]
    assert subject.end_term(on(days(4)).recorded_at) == []
    assert subject.status == "CONFIRMED"


def test_a_term_that_ended_counts_even_before_anybody_notes_it():
    subject = a_confirmed_subject()
    subject.suspend(on(days(1)), until=days(3), **WHY)
    assert subject.status_on(days(4)) == "CONFIRMED"


def test_a_suspension_without_a_term_does_not_end_by_itself():
    subject = a_confirmed_subject()
    subject.suspend(on(days(1)), **WHY)
    assert subject.end_term(on(days(900)).recorded_at) == []
    assert subject.status_on(days(900)) == "SUSPENDED"


def test_the_end_of_a_term_does_not_bring_back_a_revoked_body():
    subject = a_confirmed_subject()
    subject.suspend(on(days(1)), until=days(3), **WHY)
    subject.revoke(on(days(2)), **END)
    assert subject.end_term(on(days(4)).recorded_at) == []
    assert subject.status_on(days(9)) == "REVOKED"


def test_a_revocation_says_its_day_and_its_ground_but_not_its_reason():
    said = a_confirmed_subject().revoke(on(days(1)), **END)
    assert said == events.SubjectRevoked("s-1", days(1), END["legal_ground"])


def test_nothing_leads_away_from_a_revocation():
    subject = a_confirmed_subject()
    subject.revoke(on(days(1)), **END)
    for act in (
        lambda: subject.confirm(an_opinion(), on(days(2))),
        lambda: subject.suspend(on(days(2)), **WHY),
        lambda: subject.resume(on(days(2)), ground="x"),
        lambda: subject.revoke(on(days(2)), **END),
    ):
        with pytest.raises(SubjectState):
            act()


@pytest.mark.parametrize("act", ["suspend", "revoke"])
def test_no_act_is_dated_in_the_future_or_before_what_it_rests_on(act):
    particulars = {"suspend": WHY, "revoke": END}[act]
    for occurrence in (on(days(1), entered=DAY), on(days(-1), entered=DAY)):
        with pytest.raises(DateOrder):
            getattr(a_confirmed_subject(), act)(occurrence, **particulars)


def test_today_is_the_legal_day_not_the_day_of_the_machine():
    late_in_utc = datetime(2026, 3, 1, 16, 30, tzinfo=LEGAL_ZONE).astimezone()
    assert on(DAY).entered_on == DAY
    assert date(2026, 3, 1) == type(on(DAY))(DAY, late_in_utc).entered_on
