"""A body and an officer through the front door, from the application to the end."""

from tests.component.forms import (
    a_certificate,
    a_confirmation,
    a_question,
    a_registration,
    a_revocation,
    a_suspension,
    an_exam,
    an_officer,
    an_officer_question,
)
from tests.component.gateway.door import without
from tests.component.town import until


def a_body(door):
    registered = door.post("/v1/subjects", a_registration())
    assert registered.status_code == 201
    assert registered.headers["Location"] == f"/v1/subjects/{registered.json()['id']}"
    subject_id = registered.json()["id"]
    confirmed = door.post(f"/v1/subjects/{subject_id}/confirmations", without(a_confirmation("x"), "subjectId"))
    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "CONFIRMED")
    return subject_id


def a_certified_officer(door, subject_id):
    until(lambda: door.post("/v1/officers", an_officer(subject_id)).status_code == 201)
    officers = door.get(f"/v1/officers?subjectId={subject_id}&inEnforcementPost=true").json()["items"]
    officer_id = officers[0]["id"]
    for kind in ("PUBLIC_LAW", "PROFESSIONAL_LAW"):
        door.post(f"/v1/officers/{officer_id}/exams", without(an_exam("x", kind), "officerId"))
    issued = door.post(f"/v1/officers/{officer_id}/certificates", without(a_certificate("x"), "officerId"))
    assert (issued.status_code, issued.json()["status"]) == (201, "VALID")
    return officer_id


def test_a_body_and_its_officer_act_until_the_body_is_revoked(door):
    subject_id = a_body(door)
    officer_id = a_certified_officer(door, subject_id)

    asked = {"questions": [a_question(subject_id)]}
    assert door.post("/v1/subjects/right-to-act-questions", asked).json()["answers"][0]["allowed"]
    asked = {"questions": [an_officer_question(officer_id)]}
    assert door.post("/v1/officers/right-to-act-questions", asked).json()["answers"][0]["allowed"]

    revoked = door.post(f"/v1/subjects/{subject_id}/revocations", without(a_revocation("x"), "subjectId"))
    assert revoked.json()["status"] == "REVOKED"
    until(lambda: door.get("/v1/certificates/HB-0400-00017").json()["status"] == "CANCELLED")
    reasons = door.post("/v1/officers/right-to-act-questions", asked).json()["answers"][0]["reasons"]
    assert [reason["code"] for reason in reasons] == ["NOT_IN_ENFORCEMENT_POST", "CERT_CANCELLED"]


def test_suspensions_resumptions_and_departures_are_sub_resources(door):
    subject_id = a_body(door)
    officer_id = a_certified_officer(door, subject_id)
    body, held = f"/v1/subjects/{subject_id}", "/v1/certificates/HB-0400-00017"

    assert door.post(f"{body}/suspensions", without(a_suspension("x"), "subjectId")).json()["status"] == "SUSPENDED"
    back = {"occurredOn": "2026-03-02", "ground": "已整改"}
    assert door.post(f"{body}/resumptions", back).json()["status"] == "CONFIRMED"
    withheld = {"ground": "LENT", "occurredOn": "2026-03-02", "until": "2026-05-01"}
    assert door.post(f"{held}/suspensions", withheld).json()["status"] == "SUSPENDED"
    assert door.post(f"{held}/resumptions", back).json()["status"] == "VALID"
    given_up = {"cause": "RETURNED", "occurredOn": "2026-03-02"}
    assert door.post(f"{held}/cancellations", given_up).json()["status"] == "CANCELLED"
    left = door.post(f"/v1/officers/{officer_id}/departures", {"reason": "RETIRED", "occurredOn": "2026-03-02"})
    assert left.json()["inEnforcementPost"] is False


def test_lists_are_read_page_by_page(door):
    for _ in range(3):
        door.post("/v1/subjects", a_registration())
    first = door.get("/v1/subjects?limit=2&status=SUBMITTED&region=130400").json()
    cursor = first["nextCursor"]
    second = door.get("/v1/subjects", params={"limit": 2, "status": "SUBMITTED", "region": "130400", "cursor": cursor})
    assert (len(first["items"]), len(second.json()["items"]), second.json()["nextCursor"]) == (2, 1, None)
