"""Whatever is refused or fails is one problem document, and says nothing about the inside."""

import pytest

from tests.component.forms import a_confirmation, a_question, a_registration
from tests.component.gateway.door import without


def problem(answer, status, code):
    """The problem document of an answer that must be one."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), answer.text
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"] and body["type"]
    return body


def names(body):
    return {param["name"] for param in body["invalidParams"]}


def test_a_legal_refusal_names_every_article_and_every_cure(door):
    form = a_registration(staffingDocument=None, kind="TOWNSHIP", level="TOWNSHIP")
    subject_id = door.post("/v1/subjects", form).json()["id"]
    form = without(a_confirmation("x"), "subjectId")

    body = problem(door.post(f"/v1/subjects/{subject_id}/confirmations", form), 422, "BASIS_INSUFFICIENT")

    basis = [(found["code"], found["law"], found["article"]) for found in body["legalBasis"]]
    assert basis == [
        ("STAFFING_DOCUMENT_MISSING", "关于推进基层行政执法规范化建设的实施意见", "一（三）1"),
        ("HANDOVER_UNDECIDED", "中华人民共和国行政处罚法", "第二十三条、第二十四条第一款"),
    ]
    assert all(found["cure"] and found["text"] for found in body["legalBasis"])


def test_bad_input_is_refused_with_every_field_at_once(door):
    form = a_registration(kind="KINGDOM", occurredOn="yesterday", extra=1, uscCode=None)
    form["powerItems"][0]["colour"] = "red"
    body = problem(door.post("/v1/subjects", form), 400, "BAD_REQUEST")
    assert names(body) == {"kind", "occurredOn", "extra", "uscCode", "powerItems.0.colour"}


def test_what_the_domain_finds_wrong_is_refused_under_its_own_code(door):
    body = problem(door.post("/v1/subjects", a_registration(uscCode="91130481MA07KKKK8G")), 400, "USCC_INVALID")
    assert names(body) == {"uscCode"}


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "",
        "[]",
        "3",
        '{"name": "a", "name": "b"}',
        '{"name": NaN}',
        "{" * 50_000,
        '{"a":' * 50 + "1" + "}" * 50,
        '{"name": "\\ud800"}',
        b'{"name": "\xff"}',
    ],
)
def test_a_body_that_is_no_plain_json_object_is_a_bad_request(door, text):
    problem(door.post_text("/v1/subjects", text), 400, "BAD_REQUEST")


def test_a_query_is_read_as_strictly_as_a_body(door):
    for query, name in (("colour=red", "colour"), ("status=X", "status"), ("limit=1&limit=2", "limit")):
        assert names(problem(door.get(f"/v1/subjects?{query}"), 400, "BAD_REQUEST")) == {name}


def test_what_the_path_says_is_not_said_again(door):
    form = a_confirmation("another")
    assert "subjectId" in names(problem(door.post("/v1/subjects/x/confirmations", form), 400, "BAD_REQUEST"))


def test_what_is_not_there_is_not_found(door):
    problem(door.get("/v1/subjects/nobody"), 404, "SUBJECT_NOT_FOUND")
    problem(door.get("/v1/nothing"), 404, "NOT_FOUND")
    problem(door.get("/v1/subjects/"), 404, "NOT_FOUND")


def test_a_method_that_a_resource_does_not_have_is_said_with_those_it_has(door):
    answer = door.get("/v1/subjects/right-to-act-questions/x/y")
    problem(answer, 404, "NOT_FOUND")
    answer = door.get("/v1/subjects/x/confirmations")
    problem(answer, 405, "METHOD_NOT_ALLOWED")
    assert answer.headers["Allow"] == "POST"


def test_a_body_that_is_not_called_json_is_not_read(door):
    problem(door.post_text("/v1/subjects", "{}", "text/plain"), 415, "CONTENT_TYPE")


def test_a_body_that_is_too_large_is_not_read(door, town):
    limit = town.settings.message_limit_bytes
    problem(door.post_text("/v1/subjects", " " * limit + "{}"), 413, "TOO_LARGE")


def test_a_conflict_says_so(door):
    first, second = (door.post("/v1/subjects", a_registration()).json()["id"] for _ in range(2))
    form = without(a_confirmation("x"), "subjectId")
    assert door.post(f"/v1/subjects/{first}/confirmations", form).status_code == 200
    problem(door.post(f"/v1/subjects/{first}/confirmations", form), 409, "SUBJECT_STATE")
    body = problem(door.post(f"/v1/subjects/{second}/confirmations", form), 409, "DUPLICATE")
    assert body["legalBasis"][0]["code"] == "DUPLICATE"


def test_a_request_keeps_its_id_and_its_trace(door):
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = {"X-Request-Id": "partner-4711", "traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    for answer in (door.get("/v1/subjects", headers=headers), door.get("/v1/subjects/nobody", headers=headers)):
        assert answer.headers["X-Request-Id"] == "partner-4711"
        assert answer.headers["traceparent"].split("-")[1] == trace
    assert answer.json()["traceId"] == trace


def test_a_request_without_an_id_or_with_a_hostile_one_gets_one(door):
    for given in ({}, {"X-Request-Id": "x" * 500}, {"X-Request-Id": "<script>"}):
        found = door.get("/v1/subjects", headers=given).headers["X-Request-Id"]
        assert 8 <= len(found) <= 64 and "<" not in found


def test_answers_are_never_kept_nor_framed(door):
    for answer in (door.get("/v1/subjects"), door.get("/v1/nothing")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_service_that_does_not_answer_in_time_is_a_timeout(door, town):
    town.stop("subjects")
    body = problem(door.get("/v1/subjects"), 504, "TIMED_OUT")
    assert "detail" in body


@pytest.mark.parametrize(
    "text",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/1.1\r\n",
        b"POST /v1/subjects HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{",
    ],
)
def test_a_client_that_speaks_no_http_ends_nothing(door, text):
    door.send_raw(text)
    assert door.get("/v1/subjects").status_code == 200


def test_asking_too_much_at_once_is_refused(door):
    asked = {"questions": [a_question("x")] * 101}
    assert names(problem(door.post("/v1/subjects/right-to-act-questions", asked), 400, "BAD_REQUEST")) == {"questions"}
