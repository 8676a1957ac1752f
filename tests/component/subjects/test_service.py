"""The subjects service on its real container, database and broker."""

import eventlet
import pytest

from plumbline.mesh.errors import Refused
from tests.component.forms import USCC, a_confirmation, a_question, a_registration, a_revocation, a_suspension
from tests.component.town import until


@pytest.fixture
def subjects(town, legal_clock):
    town.start("subjects")
    return lambda method, request: town.call("subjects", method, request)


@pytest.fixture
def confirmed(subjects):
    subject = subjects("register_subject", a_registration())
    return subjects("confirm_subject", a_confirmation(subject["id"]))


def may(subjects, *questions, **asked):
    return subjects("may_act", {"questions": list(questions), **asked})["answers"]


def test_a_body_is_registered_confirmed_and_found_again(subjects, town):
    registered = subjects("register_subject", a_registration(uscCode=USCC.lower()))
    confirmed = subjects("confirm_subject", a_confirmation(registered["id"]))

    assert (registered["status"], registered["version"], registered["uscCode"]) == ("SUBMITTED", 1, USCC)
    assert (confirmed["status"], confirmed["version"]) == ("CONFIRMED", 2)
    assert subjects("get_subject", {"subjectId": registered["id"]}) == confirmed
    assert [type_ for type_, _ in town.said("subjects")] == ["subject_registered.v1", "subject_confirmed.v1"]


def test_a_confirmation_says_in_which_fields_the_body_may_act(confirmed, town):
    _, said = town.said("subjects", confirmed["id"])[-1]
    assert (said["subjectId"], said["fields"]) == (confirmed["id"], ["FOOD"])


def test_a_refusal_saves_nothing_and_says_every_article(subjects, town):
    subject = subjects("register_subject", a_registration(staffingDocument=None, kind="TOWNSHIP", level="TOWNSHIP"))

    refusal = town.refused("subjects", "confirm_subject", a_confirmation(subject["id"]))

    assert refusal.code == "BASIS_INSUFFICIENT"
    assert [breach["code"] for breach in refusal.breaches] == ["STAFFING_DOCUMENT_MISSING", "HANDOVER_UNDECIDED"]
    assert refusal.breaches[1]["article"] == "第二十三条、第二十四条第一款"
    assert "CF-001" in refusal.breaches[1]["cure"]
    assert subjects("get_subject", {"subjectId": subject["id"]})["status"] == "SUBMITTED"
    assert len(town.said("subjects")) == 1


def test_bad_input_is_refused_field_by_field(town, subjects):
    form = a_registration(uscCode=None, kind="KINGDOM", legalBases=[{"code": "x"}])
    refusal = town.refused("subjects", "register_subject", form)
    assert refusal.code == "BAD_REQUEST"
    names = {param["name"] for param in refusal.invalid}
    assert {"uscCode", "kind", "legalBases.0.kind", "legalBases.0.title"} <= names


def test_a_body_nobody_knows_is_not_found(town, subjects):
    assert town.refused("subjects", "get_subject", {"subjectId": "none"}).code == "SUBJECT_NOT_FOUND"


def test_two_active_bodies_never_share_a_credit_code(town, confirmed, subjects):
    other = subjects("register_subject", a_registration(name="另一单位"))
    assert town.refused("subjects", "confirm_subject", a_confirmation(other["id"])).code == "DUPLICATE"

    subjects("revoke_subject", a_revocation(confirmed["id"]))
    assert subjects("confirm_subject", a_confirmation(other["id"]))["status"] == "CONFIRMED"


def test_of_two_confirmations_at_once_one_wins(town, subjects):
    both = [subjects("register_subject", a_registration(name=name))["id"] for name in ("甲", "乙")]
    pool = eventlet.GreenPool()

    def confirm(subject_id):
        try:
            return town.call("subjects", "confirm_subject", a_confirmation(subject_id))["status"]
        except Refused as refusal:
            return refusal.code

    assert sorted(pool.imap(confirm, both)) == ["CONFIRMED", "DUPLICATE"]


def test_many_questions_are_answered_in_one_call_and_in_their_order(subjects, confirmed):
    answers = may(
        subjects,
        a_question(confirmed["id"]),
        a_question("nobody"),
        a_question(confirmed["id"], "2026-03-01"),
        a_question(confirmed["id"], field="TOBACCO"),
    )
    assert [answer["allowed"] for answer in answers] == [True, False, False, False]
    assert answers[0]["basis"]["powerItemCode"] == "CF-001"
    assert answers[0]["basis"]["legalBases"][0]["title"] == "食品安全法"
    assert [reason["code"] for reason in answers[3]["reasons"]] == ["PENALTY_VOID", "NO_POWER"]
    assert all(reason["law"] and reason["article"] and reason["cure"] for reason in answers[3]["reasons"])


def test_a_past_day_keeps_its_answer_after_later_changes(subjects, confirmed, legal_clock):
    before = may(subjects, a_question(confirmed["id"]))
    asked_at = legal_clock.instant.isoformat()
    legal_clock.advance(days=5)
    subjects("revoke_subject", a_revocation(confirmed["id"], occurredOn="2026-03-05"))

    assert may(subjects, a_question(confirmed["id"])) == before
    assert not may(subjects, a_question(confirmed["id"], "2026-03-05"))[0]["allowed"]
    assert may(subjects, a_question(confirmed["id"], "2026-03-05"), knownAt=asked_at)[0]["allowed"]


def test_a_suspension_ends_when_its_day_has_come(subjects, confirmed, legal_clock, town):
    subjects("suspend_subject", a_suspension(confirmed["id"], until="2026-03-04"))
    legal_clock.advance(days=2)
    assert not may(subjects, a_question(confirmed["id"], "2026-03-04"))[0]["allowed"]

    legal_clock.advance(days=1)
    until(lambda: subjects("get_subject", {"subjectId": confirmed["id"]})["status"] == "CONFIRMED")

    assert town.said("subjects", confirmed["id"])[-1] == (
        "subject_resumed.v1",
        {"subjectId": confirmed["id"], "occurredOn": "2026-03-05"},
    )


def test_a_suspension_lifted_early_is_not_lifted_again(subjects, confirmed, legal_clock, town):
    subjects("suspend_subject", a_suspension(confirmed["id"], until="2026-03-04"))
    subjects("resume_subject", {"subjectId": confirmed["id"], "occurredOn": "2026-03-02", "ground": "已整改"})
    other = subjects("register_subject", a_registration(uscCode="91130481MA07KKKK8F"))
    subjects("confirm_subject", a_confirmation(other["id"]))
    subjects("suspend_subject", a_suspension(other["id"], until="2026-03-04"))
    legal_clock.advance(days=9)

    until(lambda: subjects("get_subject", {"subjectId": other["id"]})["status"] == "CONFIRMED")

    said = [type_ for type_, _ in town.said("subjects", confirmed["id"])]
    assert said.count("subject_resumed.v1") == 1


def test_the_day_of_an_act_is_the_day_in_china(subjects, confirmed, legal_clock, town):
    legal_clock.instant = legal_clock.instant.replace(hour=23, minute=59)
    assert town.refused("subjects", "revoke_subject", a_revocation(confirmed["id"], occurredOn="2026-03-03")).code == (
        "DATE_ORDER"
    )
    legal_clock.advance(minutes=1)
    subjects("revoke_subject", a_revocation(confirmed["id"], occurredOn="2026-03-03"))


def test_bodies_are_listed_page_by_page_each_once(subjects, town):
    for _ in range(5):
        subjects("register_subject", a_registration())
    seen, cursor = [], None
    while True:
        page = subjects("list_subjects", {"limit": 2, "cursor": cursor})
        seen += [subject["id"] for subject in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen)


def test_a_list_is_filtered_by_status_kind_field_and_region_with_what_lies_below(subjects, confirmed):
    def found(**filters):
        return [subject["id"] for subject in subjects("list_subjects", filters)["items"]]

    assert found(region="130400", status="CONFIRMED", kind="STATUTORY", field="FOOD") == [confirmed["id"]]
    assert (
        found(region="130481101") == found(status="REVOKED") == found(field="TOBACCO") == found(kind="TOWNSHIP") == []
    )


def test_a_place_in_a_list_is_good_only_for_its_filter(subjects, town):
    for _ in range(3):
        subjects("register_subject", a_registration())
    cursor = subjects("list_subjects", {"limit": 1})["nextCursor"]
    for query in ({"cursor": cursor, "status": "SUBMITTED"}, {"cursor": "x"}, {"cursor": "é" * 9}):
        assert town.refused("subjects", "list_subjects", query).code == "CURSOR_INVALID"
