"""Calling: what cannot be sent fails at once, what was sent ends by its deadline, and nothing is kept for ever."""

import time

import eventlet
import pytest

from plumbline.mesh.broker import inproc
from plumbline.mesh.errors import TimedOut, Unavailable
from plumbline.mesh.rpc.breaker import Breaker
from tests.mesh.town.town import until
from tests.mesh.ways import in_one_process


def client_of(container):
    return container.runtime.client


def hang(town):
    """A method that answers when it is told to."""
    gate = eventlet.event.Event()
    town.declare("speaker", "hang", lambda request: gate.wait() or {})
    return gate


def test_nothing_is_kept_of_a_call_that_timed_out(town):
    town.start("speaker")
    caller = client_of(town.start("hearer"))
    gate = hang(town)

    with pytest.raises(TimedOut):
        caller.call("speaker", "hang", {}, 0.2)

    assert [call.method for call in caller.replies.pending.values() if call.method == "hang"] == []
    until(lambda: (dict(caller.replies.pending), caller.in_flight["speaker"]) == ({}, 0), what="nothing left")
    gate.send(None)


def test_nothing_is_kept_of_an_answer_that_nobody_fetched(town):
    town.start("speaker")
    caller = client_of(town.start("hearer"))

    caller.send("speaker", "echo", {}, 0.3)

    until(lambda: not caller.replies.pending, what="it is forgotten at its deadline")
    assert caller.in_flight["speaker"] == 0


def test_calls_run_side_by_side(town):
    town.start("speaker")
    caller = client_of(town.start("hearer"))
    gate = hang(town)

    both = [caller.send("speaker", "hang", {}), caller.send("speaker", "echo", {"n": 1})]

    assert both[1].result() == {"n": 1}
    gate.send(None)
    assert both[0].result() == {}


def test_too_many_calls_under_way_fail_at_once(build):
    town = build(rpc_max_pending=2)
    town.start("speaker")
    caller = client_of(town.start("hearer"))
    town.running[1].runtime.catch_ups[0].stop()  # it calls the speaker too
    gate = hang(town)
    waiting = [caller.send("speaker", "hang", {}) for _ in range(2)]

    with pytest.raises(Unavailable, match="too many"):
        caller.send("speaker", "echo", {})

    gate.send(None)
    for pending in waiting:
        pending.result()
    assert caller.call("speaker", "echo", {}) == {}


def test_a_broker_that_takes_nothing_in_fails_calls_at_once(town):
    town.start("speaker")
    container = town.start("hearer")
    container.runtime.outgoing._on_blocked("memory")
    began = time.monotonic()

    with pytest.raises(Unavailable, match="blocked"):
        town.call("speaker", "echo")

    assert time.monotonic() - began < 0.5
    container.runtime.outgoing._on_unblocked()
    assert town.call("speaker", "echo") == {}


@in_one_process
def test_calls_under_way_end_at_once_when_the_connection_is_lost(town):
    town.start("speaker")
    caller = client_of(town.start("hearer"))
    gate = hang(town)
    pending = caller.send("speaker", "hang", {}, 20)
    queue, began = caller.replies.queue, time.monotonic()

    inproc.broker(town.settings.broker_url.rsplit("/", 1)[-1]).drop_connections()

    with pytest.raises(TimedOut):
        pending.result()
    assert time.monotonic() - began < 5
    gate.send(None)
    until(lambda: caller.replies.queue not in ("", queue), what="a fresh reply queue")


@in_one_process
def test_without_a_connection_nothing_is_sent(town):
    town.start("speaker")
    caller = client_of(town.start("hearer"))
    broker = inproc.broker(town.settings.broker_url.rsplit("/", 1)[-1])
    broker.refuse(True)
    broker.drop_connections()
    until(lambda: not caller.outgoing.connected, what="the loss noticed")

    with pytest.raises(Unavailable):
        caller.call("speaker", "echo", {})

    broker.refuse(False)
    assert caller.outgoing.wait_up(10)
    until(lambda: town.running[0].runtime.incoming.up and caller.replies.queue, what="both links back")
    assert caller.call("speaker", "echo", {"back": True}) == {"back": True}


def test_a_service_that_does_not_answer_is_soon_not_waited_for(town):
    """The queue is there, nobody reads it."""
    caller = client_of(town.start("hearer"))
    caller.breakers["speaker"] = Breaker(limit=2, pause_s=30)
    for _ in range(2):
        with pytest.raises(TimedOut):
            caller.call("speaker", "echo", {}, 0.1)
    began = time.monotonic()

    with pytest.raises(TimedOut):
        caller.breakers["speaker"]._next_probe = 0
        caller.call("speaker", "echo", {}, 0.1)
    with pytest.raises(Unavailable, match="not been answering"):
        caller.call("speaker", "echo", {}, 5)

    assert time.monotonic() - began < 1


def test_one_answer_closes_the_breaker():
    breaker = Breaker(limit=2, pause_s=0)
    for _ in range(3):
        breaker.saw(timed_out=True)
    assert not breaker.closed and breaker.allows()

    breaker.saw(timed_out=False)

    assert breaker.closed
