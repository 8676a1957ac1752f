"""How texts, codes, days and instants are read off the wire."""

import pytest
from marshmallow import ValidationError

from plumbline.contracts.personnel import RecordExam
from plumbline.contracts.subjects import MayActQuestion, RegisterSubject, SubjectConfirmed
from plumbline.contracts.wire import Choice, Code, Day, Instant, Name, Text, Wire, camel_case, some


class Form(Wire):
    some_name = Name()
    long_text = Text(longest=10)
    chosen = Choice(["A", "B"])
    spoken = Code(["A", "B"])
    on = Day()
    seen_at = Instant()
    names = some(Name(), most=2)


def refused(**data):
    with pytest.raises(ValidationError) as refusal:
        Form().load(data)
    return set(refusal.value.messages)


def test_names_travel_in_camel_case():
    assert camel_case("occurred_on") == "occurredOn"
    assert Form().load({"someName": "a"}) == {"some_name": "a"}
    assert Form().dump({"some_name": "a"}) == {"someName": "a"}


def test_a_reader_ignores_what_it_does_not_know():
    assert Form().load({"new": 1}) == {}


def test_texts_lose_the_blanks_around_them_and_are_never_empty():
    assert Form().load({"someName": "  甲 乙 "}) == {"some_name": "甲 乙"}
    assert refused(someName="   ", longText="x" * 11) == {"someName", "longText"}


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "\ud800", "a\nb"])
def test_a_name_holds_nothing_that_cannot_be_kept_or_shown(text):
    assert refused(someName=text) == {"someName"}


def test_a_text_may_have_lines():
    assert Form().load({"longText": "a\nb"}) == {"long_text": "a\nb"}


def test_a_request_names_a_known_code_and_a_reply_may_name_a_newer_one():
    assert refused(chosen="C") == {"chosen"}
    assert Form().load({"spoken": "C"}) == {"spoken": "C"}


@pytest.mark.parametrize("day", ["2026-1-2", "20260102", "2026-02-30", "2026-01-02T00:00:00", "1900-01-01", 5, True])
def test_a_day_is_ten_characters_of_a_real_day_in_our_time(day):
    assert refused(on=day) == {"on"}


def test_an_instant_has_an_offset_and_leaves_in_utc():
    read = Form().load({"seenAt": "2026-03-02T08:00:00+08:00"})
    assert Form().dump(read) == {"seenAt": "2026-03-02T00:00:00Z"}
    assert refused(seenAt="2026-03-02T08:00:00") == {"seenAt"}
    assert refused(seenAt="0001-01-01T00:00:00+14:00") == {"seenAt"}


def test_lists_are_bounded():
    assert refused(names=[]) == {"names"}
    assert refused(names=["a", "b", "c"]) == {"names"}


def test_people_read_why_in_chinese():
    with pytest.raises(ValidationError) as refusal:
        RegisterSubject().load({"occurredOn": "x", "legalBases": [{}], "powerItems": 1, "name": None})
    messages = refusal.value.messages
    assert messages["uscCode"] == ["必填"]
    assert messages["name"] == ["不能为空"]
    assert messages["legalBases"][0]["kind"] == ["必填"]
    assert messages["occurredOn"] == ["应为日期，例如 2026-11-23"]


def test_a_question_that_asks_for_nothing_in_particular_is_refused():
    with pytest.raises(ValidationError):
        MayActQuestion().load({"subjectId": "s", "on": "2026-03-02", "region": "130481"})


@pytest.mark.parametrize("score", ["59.96", -1, "100.1", "NaN", "many", None])
def test_a_mark_is_never_rounded_and_stays_between_nought_and_a_hundred(score):
    with pytest.raises(ValidationError):
        RecordExam().load({"officerId": "o", "kind": "PUBLIC_LAW", "occurredOn": "2026-03-02", "score": score})


def test_an_event_of_a_newer_release_is_read_by_an_older_one():
    event = {
        "subjectId": "s", "name": "n", "uscCode": "c", "kind": "A_NEW_KIND", "level": "COUNTY", "region": "130481",
        "fields": ["A_NEW_FIELD"], "occurredOn": "2026-03-02", "aNewMember": {},
    }  # fmt: skip
    assert SubjectConfirmed().load(event)["field_codes"] == ["A_NEW_FIELD"]
