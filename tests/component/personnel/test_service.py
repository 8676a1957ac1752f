"""The personnel service on its real container, database and broker, with subjects beside it."""

import eventlet
import pytest

from plumbline.mesh.errors import Refused
from services.personnel.storage.orm import certificates
from tests.component.forms import (
    a_certificate,
    an_exam,
    an_officer,
    an_officer_question,
)
from tests.component.personnel.looking import NUMBER, can, types
from tests.component.town import until


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


def test_what_the_body_may_not_do_is_on_no_certificate(personnel, officer, town):
    form = a_certificate(officer, categories=["FOOD", "TOBACCO"], region="130400")
    refusal = town.refused("personnel", "issue_certificate", form)
    assert refusal.code == "CERT_ELIGIBILITY"
    assert [breach["code"] for breach in refusal.breaches] == ["CATEGORY_OUTSIDE_POWERS", "REGION_OUTSIDE_POWERS"]
    assert "TOBACCO" in refusal.breaches[0]["cure"] and "FOOD" not in refusal.breaches[0]["cure"]
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
