"""The personnel service on its real container, database and broker, with subjects beside it."""

import eventlet
import pytest

from plumbline.mesh.errors import Refused, TimedOut, Unavailable
from services.personnel.storage.orm import bodies, body_changes, certificates
from tests.component.forms import (
    a_certificate,
    a_confirmation,
    a_registration,
    a_revocation,
    a_suspension,
    an_exam,
    an_officer,
    an_officer_question,
)
from tests.component.town import until

NUMBER = "HB-0400-00017"


@pytest.fixture
def members():
    return ("subjects", "personnel")


@pytest.fixture
def personnel(town, legal_clock):
    town.start("subjects", "personnel")
    return lambda method, request: town.call("personnel", method, request)


@pytest.fixture
def body(town, personnel):
    """A confirmed body that personnel has heard of."""
    subject = town.call("subjects", "register_subject", a_registration())
    town.call("subjects", "confirm_subject", a_confirmation(subject["id"]))
    until(lambda: heard(town, subject["id"]) == ["SUBMITTED", "CONFIRMED"])
    return subject["id"]


@pytest.fixture
def officer(personnel, body):
    """An examined officer of the body."""
    officer = personnel("register_officer", an_officer(body))
    for kind in ("PUBLIC_LAW", "PROFESSIONAL_LAW"):
        personnel("record_exam", an_exam(officer["id"], kind))
    return officer["id"]


def heard(town, subject_id):
    return [row.status for row in town.rows("personnel", body_changes, body_changes.c.row) if row.body_id == subject_id]


def can(personnel, *questions, **asked):
    return personnel("can_act", {"questions": list(questions), **asked})["answers"]


def types(town, officer_id):
    return [type_ for type_, _ in town.said("personnel", officer_id)]


def test_a_certificate_is_issued_and_carries_the_right_to_act(personnel, officer, town, body):
    issued = personnel("issue_certificate", a_certificate(officer, certificateNo=NUMBER.lower()))

    assert (issued["certificateNo"], issued["status"]) == (NUMBER, "VALID")
    assert issued["grantedUnder"] == [{"category": "FOOD", "powerItemCode": "CF-001", "powerItemVersion": 1}]
    answers = can(personnel, an_officer_question(officer), an_officer_question("nobody"))
    assert [answer["allowed"] for answer in answers] == [True, False]
    assert (answers[0]["subjectId"], answers[0]["certificateNo"]) == (body, NUMBER)
    assert [reason["code"] for reason in answers[1]["reasons"]] == ["OFFICER_UNKNOWN"]
    assert personnel("get_certificate", {"certificateNo": NUMBER.lower()}) == issued
    assert types(town, officer) == [
        "officer_registered.v1",
        "exam_recorded.v1",
        "exam_recorded.v1",
        "certificate_issued.v1",
    ]


def test_a_mark_is_kept_as_it_was_given(personnel, officer):
    exams = personnel("get_officer", {"officerId": officer})["exams"]
    assert [(exam["score"], exam["passMark"], exam["passed"]) for exam in exams] == [("88.5", 60, True)] * 2


def test_an_officer_needs_a_body_that_was_heard_of(personnel, town):
    refusal = town.refused("personnel", "register_officer", an_officer("nobody"))
    assert refusal.code == "SUBJECT_UNKNOWN"


def test_what_the_body_may_not_do_is_on_no_certificate(personnel, officer, town):
    form = a_certificate(officer, categories=["FOOD", "TOBACCO"], region="130400")
    refusal = town.refused("personnel", "issue_certificate", form)
    assert refusal.code == "CERT_ELIGIBILITY"
    assert [breach["code"] for breach in refusal.breaches] == ["CATEGORY_OUTSIDE_POWERS", "REGION_OUTSIDE_POWERS"]
    assert "TOBACCO" in refusal.breaches[0]["cure"] and "FOOD" not in refusal.breaches[0]["cure"]
    assert town.rows("personnel", certificates) == []


def test_a_suspended_body_gets_no_certificate_but_its_officers_keep_theirs(personnel, officer, town, body):
    personnel("issue_certificate", a_certificate(officer))
    other = personnel("register_officer", an_officer(body))["id"]
    for kind in ("PUBLIC_LAW", "PROFESSIONAL_LAW"):
        personnel("record_exam", an_exam(other, kind))

    town.call("subjects", "suspend_subject", a_suspension(body))

    refusal = town.refused("personnel", "issue_certificate", a_certificate(other, certificateNo="HB-0400-00018"))
    assert [breach["code"] for breach in refusal.breaches] == ["SUBJECT_NOT_CONFIRMED"]
    until(lambda: heard(town, body)[-1] == "SUSPENDED")
    assert can(personnel, an_officer_question(officer))[0]["allowed"]


def test_without_an_answer_about_the_body_nothing_is_issued(personnel, officer, town):
    town.stop("subjects")
    with pytest.raises((TimedOut, Unavailable)):
        town.call("personnel", "issue_certificate", a_certificate(officer))
    assert town.rows("personnel", certificates) == []


def test_a_number_is_given_once_even_to_two_at_a_time(personnel, officer, town, body):
    other = personnel("register_officer", an_officer(body))["id"]
    for kind in ("PUBLIC_LAW", "PROFESSIONAL_LAW"):
        personnel("record_exam", an_exam(other, kind))

    def issue(officer_id):
        try:
            return town.call("personnel", "issue_certificate", a_certificate(officer_id))["status"]
        except Refused as refusal:
            return refusal.code

    assert sorted(eventlet.GreenPool().imap(issue, [officer, other])) == ["DUPLICATE", "VALID"]


def test_an_officer_gets_one_certificate_however_many_ask_at_once(personnel, officer, town):
    def issue(number):
        try:
            return town.call("personnel", "issue_certificate", a_certificate(officer, certificateNo=number))["status"]
        except Refused as refusal:
            return refusal.code

    answers = list(eventlet.GreenPool().imap(issue, [f"HB-0400-{n:05}" for n in range(4)]))

    assert answers.count("VALID") == 1
    assert set(answers) <= {"VALID", "DUPLICATE", "STATE_CONFLICT"}
    assert len(town.rows("personnel", certificates)) == 1


def test_a_revocation_ends_posts_and_certificates_once(personnel, officer, town, body):
    personnel("issue_certificate", a_certificate(officer))
    clerk = personnel("register_officer", an_officer(body, inEnforcementPost=False))["id"]

    town.call("subjects", "revoke_subject", a_revocation(body))

    until(lambda: "officer_left_post.v1" in types(town, officer))
    assert town.said("personnel", officer)[-2:] == [
        (
            "certificate_cancelled.v1",
            {
                "officerId": officer,
                "certificateNo": NUMBER,
                "cause": "SUBJECT_REVOKED",
                "occurredOn": "2026-03-02",
            },
        ),
        ("officer_left_post.v1", {"officerId": officer, "subjectId": body, "occurredOn": "2026-03-02"}),
    ]
    assert types(town, clerk) == ["officer_registered.v1"]
    reasons = can(personnel, an_officer_question(officer))[0]["reasons"]
    assert [reason["code"] for reason in reasons] == ["NOT_IN_ENFORCEMENT_POST", "CERT_CANCELLED"]
    assert town.refused("personnel", "register_officer", an_officer(body)).code == "SUBJECT_REVOKED"


def test_what_was_said_while_personnel_was_away_is_heard_afterwards_in_order(personnel, officer, town, body):
    personnel("issue_certificate", a_certificate(officer))
    town.stop("personnel")
    town.call("subjects", "suspend_subject", a_suspension(body))
    town.call("subjects", "resume_subject", {"subjectId": body, "occurredOn": "2026-03-02", "ground": "已整改"})
    town.call("subjects", "revoke_subject", a_revocation(body))

    town.start("personnel")

    until(lambda: heard(town, body)[-1] == "REVOKED")
    assert heard(town, body) == ["SUBMITTED", "CONFIRMED", "SUSPENDED", "CONFIRMED", "REVOKED"]
    assert [(row.status, row.fields) for row in town.rows("personnel", bodies)] == [("REVOKED", ("FOOD",))]
    assert types(town, officer).count("certificate_cancelled.v1") == 1


def test_a_certificate_runs_out_and_a_suspension_ends_when_their_day_has_come(personnel, officer, town, legal_clock):
    personnel("issue_certificate", a_certificate(officer, validTo="2026-05-31"))
    form = {"certificateNo": NUMBER, "ground": "LENT", "occurredOn": "2026-03-02", "until": "2026-04-01"}
    assert personnel("suspend_certificate", form)["status"] == "SUSPENDED"

    legal_clock.advance(days=31)
    until(lambda: types(town, officer)[-1] == "certificate_resumed.v1")
    legal_clock.advance(days=60)
    until(lambda: types(town, officer)[-1] == "certificate_expired.v1")

    said = town.said("personnel", officer)
    assert [data["occurredOn"] for _, data in said[-2:]] == ["2026-04-02", "2026-06-01"]
    days = ("2026-03-02", "2026-04-01", "2026-04-02", "2026-05-31", "2026-06-01")
    answers = can(personnel, *(an_officer_question(officer, day) for day in days))
    assert [answer["allowed"] for answer in answers] == [False, False, True, True, False]


def test_a_certificate_given_up_never_comes_back_but_another_may_follow(personnel, officer, town):
    personnel("issue_certificate", a_certificate(officer))
    form = {"certificateNo": NUMBER, "cause": "RETURNED", "occurredOn": "2026-03-02"}
    assert personnel("cancel_certificate", form)["status"] == "CANCELLED"
    back = {"certificateNo": NUMBER, "ground": "误操作", "occurredOn": "2026-03-02"}
    assert town.refused("personnel", "resume_certificate", back).code == "CERTIFICATE_STATE"
    assert town.refused("personnel", "issue_certificate", a_certificate(officer)).code == "DUPLICATE"

    personnel("issue_certificate", a_certificate(officer, certificateNo="HB-0400-00018"))
    assert can(personnel, an_officer_question(officer))[0]["certificateNo"] == "HB-0400-00018"


def test_who_leaves_the_post_loses_the_right_from_that_day_on(personnel, officer, town, legal_clock):
    personnel("issue_certificate", a_certificate(officer))
    legal_clock.advance(days=3)
    left = {"officerId": officer, "reason": "RETIRED", "occurredOn": "2026-03-04"}
    assert personnel("leave_post", left)["inEnforcementPost"] is False

    answers = can(personnel, *(an_officer_question(officer, day) for day in ("2026-03-03", "2026-03-04")))
    assert [answer["allowed"] for answer in answers] == [True, False]
    assert town.refused("personnel", "leave_post", left).code == "OFFICER_LEFT"


def test_officers_are_listed_by_body_page_by_page(personnel, body, town):
    for _ in range(3):
        personnel("register_officer", an_officer(body))
    personnel("register_officer", an_officer(body, inEnforcementPost=False))
    query = {"subjectId": body, "inEnforcementPost": True, "limit": 2}
    first = personnel("list_officers", query)
    second = personnel("list_officers", {**query, "cursor": first["nextCursor"]})
    assert [len(page["items"]) for page in (first, second)] == [2, 1]
    assert second["nextCursor"] is None
    assert town.refused("personnel", "list_officers", {"cursor": first["nextCursor"]}).code == "CURSOR_INVALID"


@pytest.mark.parametrize(
    ("method", "request_", "code"),
    [
        ("get_officer", {"officerId": "nobody"}, "OFFICER_NOT_FOUND"),
        ("get_certificate", {"certificateNo": "NO-SUCH-1"}, "CERTIFICATE_NOT_FOUND"),
        ("record_exam", an_exam("nobody", "PUBLIC_LAW"), "OFFICER_NOT_FOUND"),
        ("issue_certificate", a_certificate("nobody"), "OFFICER_NOT_FOUND"),
    ],
)
def test_what_is_not_there_is_not_found(personnel, town, method, request_, code):
    assert town.refused("personnel", method, request_).code == code
