"""What personnel makes of what it hears about bodies, and of what it does not."""

import pytest

from plumbline.mesh.errors import TimedOut, Unavailable
from plumbline.mesh.events.parked import rebuild
from services.personnel.storage.orm import bodies, certificates
from tests.component.forms import (
    a_certificate,
    a_revocation,
    a_suspension,
    an_exam,
    an_officer,
    an_officer_question,
)
from tests.component.personnel.looking import NUMBER, can, heard, types
from tests.component.town import until


def test_an_officer_needs_a_body_that_was_heard_of(personnel, town):
    refusal = town.refused("personnel", "register_officer", an_officer("nobody"))
    assert refusal.code == "SUBJECT_UNKNOWN"


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
        town.call("personnel", "issue_certificate", a_certificate(officer), timeout_s=1)
    assert town.rows("personnel", certificates) == []


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


def test_what_was_heard_can_be_heard_again_and_ends_nothing_twice(personnel, officer, town, body):
    personnel("issue_certificate", a_certificate(officer))
    town.call("subjects", "revoke_subject", a_revocation(body))
    until(lambda: heard(town, body)[-1] == "REVOKED")
    said = town.said("personnel")

    with town.databases["personnel"].writing() as session:
        rebuild(session, town.storages["personnel"], "subjects")
        session.commit()
    assert heard(town, body) == []

    until(lambda: heard(town, body) == ["SUBMITTED", "CONFIRMED", "REVOKED"])
    assert town.said("personnel") == said
