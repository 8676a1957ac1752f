"""Calls between services: every one ends, in an answer or in an error that says what is known."""

import time

import eventlet
import pytest

from plumbline.mesh import context as contexts
from plumbline.mesh.errors import Refused, RemoteFault, TimedOut, UnknownService
from plumbline.mesh.rpc.client import MessageTooLarge


def test_an_answer_comes_back(town):
    town.start("speaker", "hearer")

    assert town.call("speaker", "echo", {"words": "准绳"}) == {"words": "准绳"}


def test_a_service_that_was_never_set_up_is_told_from_one_that_is_away(town):
    town.start("hearer")

    with pytest.raises(UnknownService):
        town.call("nobody", "echo", {})
    with pytest.raises(TimedOut):
        town.call("speaker", "echo", {}, timeout_s=0.3)


def test_a_refusal_crosses_the_wire_with_its_code(town):
    town.start("speaker", "hearer")

    with pytest.raises(Refused) as refused:
        town.call("speaker", "refuse")

    assert (refused.value.service, refused.value.code, refused.value.detail) == ("speaker", "NOT_YET", "尚不可")


def test_bad_input_names_every_field(town):
    town.start("speaker", "hearer")

    with pytest.raises(Refused) as refused:
        town.call("speaker", "add", {"times": "many"})

    assert refused.value.code == "BAD_REQUEST"
    assert {param["name"] for param in refused.value.invalid} == {"id", "times"}


def test_a_call_inside_a_unit_of_work_is_a_programming_error(town):
    town.start("speaker", "hearer")

    with pytest.raises(RemoteFault):
        town.call("hearer", "ask_inside", {"id": "a"})


def test_a_nested_call_has_no_more_time_than_its_caller(town):
    town.start("hearer")
    began = time.monotonic()

    with pytest.raises(TimedOut):
        town.call("hearer", "relay_get", {"id": "a"}, timeout_s=0.5)

    assert time.monotonic() - began < 2


def test_a_message_over_the_limit_is_not_sent(town):
    town.start("speaker", "hearer")

    with pytest.raises(MessageTooLarge):
        town.call("speaker", "echo", {"words": "x" * 300_000})


def test_the_legal_instant_and_the_request_travel_along(town):
    town.start("speaker", "hearer")
    seen = []
    town.declare("speaker", "echo", lambda request: seen.append(contexts.current()) or {})
    instant = contexts.Context.from_wire({"request-id": "r-1", "legal-now": "2026-03-31T23:59:59+08:00"})

    with contexts.use(instant):
        town.call("hearer", "heard")
        town.call("speaker", "echo", {})

    assert (seen[0].request_id, seen[0].legal_now) == ("r-1", instant.legal_now)


def test_sixty_four_callers_all_get_their_own_answer(town):
    town.start("speaker", "hearer")
    pool = eventlet.GreenPool(64)

    answers = list(pool.imap(lambda n: town.call("speaker", "echo", {"n": n})["n"], range(500)))

    assert answers == list(range(500))
