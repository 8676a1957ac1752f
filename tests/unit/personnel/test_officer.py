"""Coming, leaving, losing the body; and the right to act on any day."""

import pytest

from plumbline.law.dates import DateOrder
from services.personnel.domain import events
from services.personnel.domain.body import Body
from services.personnel.domain.refusals import OfficerLeft, SubjectRevoked
from services.personnel.domain.right_to_act import can_act
from tests.unit.personnel.builders import (
    DAY,
    NUMBER,
    a_certificate,
    a_certified_officer,
    a_question,
    an_examined_officer,
    an_officer,
    codes,
    days,
    on,
    powers,
)
from tests.unit.personnel.test_certificate import UNTIL


def test_an_officer_of_today_is_registered_and_one_of_tomorrow_is_not():
    assert an_officer().postings[0].since == DAY
    with pytest.raises(DateOrder):
        an_officer().take_up(on(days(1), entered=DAY), staffing_kind="ADMINISTRATIVE", position="x")


def test_leaving_the_post_ends_the_certificate_the_same_day():
    officer = a_certified_officer()

    said = officer.leave_post(on(days(5)), "RETIRED")

    assert said == [
        events.CertificateCancelled("o-1", NUMBER, "LEFT_POST", days(5)),
        events.OfficerLeftPost("o-1", "s-1", days(5)),
    ]
    assert [can_act(officer, a_question(days(n))).allowed for n in (4, 5)] == [True, False]


def test_nobody_leaves_twice():
    officer = a_certified_officer()
    officer.leave_post(on(days(5)), "OFF_ENFORCEMENT")
    with pytest.raises(OfficerLeft):
        officer.leave_post(on(days(6)), "OFF_ENFORCEMENT")
    officer.leave_post(on(days(6)), "RETIRED")
    with pytest.raises(OfficerLeft):
        officer.leave_post(on(days(7)), "RESIGNED")


def test_nobody_leaves_tomorrow_or_before_coming():
    for occurrence in (on(days(1), entered=DAY), on(days(-1), entered=DAY)):
        with pytest.raises(DateOrder):
            an_officer().leave_post(occurrence, "RETIRED")


def test_a_leaving_entered_late_ends_a_certificate_with_its_last_change():
    officer = an_examined_officer()
    officer.issue(a_certificate(), on(days(3)), powers=powers())
    said = officer.leave_post(on(days(1), entered=days(4)), "TRANSFERRED")
    assert said[0].occurred_on == days(3)
    assert not any(can_act(officer, a_question(days(n))).allowed for n in range(6))


def test_when_the_body_is_revoked_the_posts_and_the_certificates_end():
    officer = a_certified_officer()

    said = officer.lose_body(on(days(5)))

    assert said == [
        events.CertificateCancelled("o-1", NUMBER, "SUBJECT_REVOKED", days(5)),
        events.OfficerLeftPost("o-1", "s-1", days(5)),
    ]
    assert officer.postings[-1].left_for == "SUBJECT_REVOKED"
    assert officer.lose_body(on(days(5))) == []


def test_losing_the_body_does_not_touch_who_held_no_enforcement_post():
    officer = an_officer(in_enforcement_post=False)
    assert officer.lose_body(on(days(5))) == []
    assert len(officer.postings) == 1


def test_a_revocation_heard_late_ends_what_began_after_it_on_its_first_day():
    officer = an_officer()
    said = officer.lose_body(on(days(-3), entered=days(1)))
    assert said == [events.OfficerLeftPost("o-1", "s-1", DAY)]
    assert codes(can_act(officer, a_question(DAY)))[0] == "NOT_IN_ENFORCEMENT_POST"


def test_a_revoked_body_takes_on_nobody():
    body = Body("s-1", "某局")
    body.note("SUBMITTED", DAY, on(DAY).recorded_at)
    body.note("CONFIRMED", DAY, on(DAY).recorded_at)
    body.require_open()
    body.note("REVOKED", days(5), on(days(5)).recorded_at)
    with pytest.raises(SubjectRevoked):
        body.require_open()
    assert [body.status_on(days(n)) for n in (-1, 4, 5)] == [None, "CONFIRMED", "REVOKED"]


def test_a_certified_officer_can_act_and_the_answer_names_body_and_certificate():
    answer = can_act(a_certified_officer(), a_question())
    assert (answer.allowed, answer.subject_id, answer.certificate_no, answer.reasons) == (True, "s-1", NUMBER, ())


def test_an_unknown_officer_cannot_act():
    assert codes(can_act(None, a_question())) == ["OFFICER_UNKNOWN"]


def test_without_a_certificate_nobody_can_act():
    assert codes(can_act(an_examined_officer(), a_question())) == ["CERT_MISSING"]


def test_an_assistant_cannot_act():
    assert codes(can_act(an_officer(staffing_kind="AUXILIARY"), a_question())) == [
        "STAFFING_KIND_BARRED",
        "CERT_MISSING",
    ]


def test_the_category_and_the_region_are_those_on_the_certificate():
    officer = a_certified_officer()
    assert codes(can_act(officer, a_question(category="TOBACCO", region="130402"))) == [
        "CATEGORY_MISMATCH",
        "REGION_MISMATCH",
    ]
    assert can_act(officer, a_question(region="130481400")).allowed
    assert codes(can_act(officer, a_question(region="130400"))) == ["REGION_MISMATCH"]


def test_the_day_decides_which_standing_counts():
    officer = a_certified_officer(valid_to=days(200))
    certificate = officer.certificates[0]
    certificate.suspend(on(days(10)), until=UNTIL, ground="LENT")
    answers = {n: codes(can_act(officer, a_question(days(n)))) for n in (-1, 0, 9, 10, 60, 61, 200, 201)}
    assert answers == {
        -1: ["NOT_IN_ENFORCEMENT_POST", "CERT_MISSING"],
        0: [],
        9: [],
        10: ["CERT_SUSPENDED"],
        60: ["CERT_SUSPENDED"],
        61: [],
        200: [],
        201: ["CERT_EXPIRED"],
    }


def test_what_was_entered_later_was_not_known_before():
    officer = a_certified_officer()
    officer.leave_post(on(days(1), entered=days(9)), "TRANSFERRED")
    question = a_question(days(1))
    assert can_act(officer, question, known_at=on(days(8)).recorded_at).allowed
    assert not can_act(officer, question, known_at=on(days(9)).recorded_at).allowed
    assert codes(can_act(officer, question, known_at=on(days(-1)).recorded_at)) == ["OFFICER_UNKNOWN"]
