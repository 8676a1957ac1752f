"""What may be asked for fits the one message in which it is answered."""

import orjson
import pytest
from marshmallow import ValidationError

from plumbline.contracts import personnel, subjects
from plumbline.contracts.vocabulary import FIELDS
from plumbline.contracts.wire import LONGEST_PAGE, MOST_QUESTIONS
from plumbline.mesh import settings
from services.subjects.domain.right_to_act import may_act
from services.subjects.domain.subject import Subject
from tests.component.forms import a_power_item, a_registration
from tests.unit.subjects.builders import DAY, a_basis, a_question, a_subject, an_item, on

LIMIT = settings.load({}).message_limit_bytes


def size(reply):
    return len(orjson.dumps(reply))


def an_application(count, **texts):
    return a_registration(powerItems=[a_power_item(code=f"CF-{n:03}", **texts) for n in range(count)])


def test_the_longest_application_can_be_told_again_whole():
    longest = subjects.RegisterSubject().load(an_application(100, name="罚" * 200, basisCodes=["依" * 60] * 3))
    longest["legal_bases"] = [{**longest["legal_bases"][0], "code": "依" * 60}]
    subject = Subject.from_application("s" * 36, longest)
    subject.apply(on(DAY))
    assert size(subjects.Subject().dump(subject)) < LIMIT


def test_a_longer_application_is_refused_before_anything_is_done():
    with pytest.raises(ValidationError, match="过长"):
        subjects.RegisterSubject().load(an_application(200, name="罚" * 200))


def test_every_reason_against_every_question_fits():
    body = a_subject(
        kind="AUTHORISED",
        level="TOWNSHIP",
        legal_bases=[a_basis(kind="NORM")],
        power_items=[an_item(penalty_kinds=("DETENTION",))],
    )
    body.apply(on(DAY))
    answer = may_act(body, a_question(region="130402"))
    assert len(answer.reasons) == 8
    assert size(subjects.MayActAnswers().dump({"answers": [answer] * MOST_QUESTIONS})) < LIMIT


def test_the_longest_page_fits():
    summary = {
        "id": "s" * 36, "name": "局" * 200, "usc_code": "9" * 18, "kind": "STATUTORY", "level": "TOWNSHIP",
        "region": "1" * 12, "status": "ANNUAL_REVIEW", "field_codes": list(FIELDS), "version": 10**9,
    }  # fmt: skip
    page = {"items": [summary] * LONGEST_PAGE, "next_cursor": "c" * 200}
    assert size(subjects.SubjectList().dump(page)) < LIMIT
    held = {"certificate_no": "9" * 20, "status": "SUSPENDED", "categories": list(FIELDS), "region": "1" * 12}
    person = {
        "id": "o" * 36, "name": "某" * 64, "subject_id": "s" * 36, "in_enforcement_post": True, "position": "长" * 64,
        "open_certificates": [{**held, "valid_to": DAY}], "version": 10**9,
    }  # fmt: skip
    page = {"items": [person] * LONGEST_PAGE, "next_cursor": "c" * 200}
    assert size(personnel.OfficerList().dump(page)) < LIMIT
