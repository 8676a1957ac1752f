"""What arrives on a service's queue: requests are answered once, and nothing else does any harm."""

import time

import eventlet
import pytest

from plumbline.mesh import context as contexts
from plumbline.mesh.errors import RemoteFault, TimedOut
from plumbline.mesh.rpc import codec
from tests.mesh.town.queues import Queues
from tests.mesh.town.town import until

SOON = 5.0


def headers(method="echo", seconds=SOON, **more):
    return {"method": method, "deadline": str(time.time() + seconds), **more}


@pytest.fixture
def ran(town):
    """The town with a method that notes each run."""
    town.start("speaker", "hearer")
    seen = []
    town.declare("speaker", "note", lambda request: seen.append(request) or {})
    return seen


HOSTILE = {
    "no reply_to": {"headers": headers("note"), "reply_to": None},
    "no content type": {"headers": headers("note"), "content_type": None},
    "a pickle": {"headers": headers("note"), "content_type": "application/x-python-serialize", "body": b"\x80\x04N."},
    "bad JSON": {"headers": headers("note"), "body": b'{"a": '},
    "a list": {"headers": headers("note"), "body": b"[1, 2]"},
    "no headers": {"headers": {}},
    "no deadline": {"headers": {"method": "note"}},
    "a deadline that is no number": {"headers": {"method": "note", "deadline": "soon"}},
    "a deadline that never comes": {"headers": {"method": "note", "deadline": "nan"}},
    "a number for a method": {"headers": {"method": 7, "deadline": str(time.time() + 3600)}},
    "a list for a context": {"headers": headers("note", officer=["a", "b"])},
    "a legal instant without an offset": {"headers": headers("note", **{"legal-now": "2026-01-01T00:00:00"})},
    "bytes that are no text": {"headers": headers("note"), "body": b"\xff\xfe\x00"},
    "huge": {"headers": headers("note"), "body": b'{"a": "' + b"x" * 3_000_000 + b'"}'},
}


@pytest.mark.parametrize("message", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_message_that_is_no_request_is_dropped_and_the_service_goes_on(town, queue, ran, message):
    queue.put(codec.queue_name("speaker"), **{"body": b"{}", "reply_to": "nobody", "correlation_id": "c", **message})

    assert town.call("speaker", "echo", {"still": "here"}) == {"still": "here"}
    until(lambda: queue.count(codec.queue_name("speaker")) == 0, what="the message gone")
    assert ran == []


def test_work_whose_deadline_has_passed_is_refused_unread(town, queue, ran):
    late = headers("note", seconds=-0.5)
    queue.put(codec.queue_name("speaker"), body=b"not even JSON", headers=late, reply_to="r", correlation_id="c")

    town.call("speaker", "echo", {})

    assert ran == []


def test_a_deadline_in_the_far_future_is_brought_near(town, queue):
    town.start("speaker", "hearer")
    seen = []
    town.declare("speaker", "note", lambda request: seen.append(contexts.current()) or {})
    queue.put(
        codec.queue_name("speaker"), body=b"{}", headers=headers("note", seconds=1e9), reply_to="r", correlation_id="c"
    )

    until(lambda: seen, what="the run")
    assert seen[0].deadline < time.time() + codec.FARTHEST_DEADLINE_S + 1


def test_a_request_delivered_again_is_not_run_but_answered(town, queue):
    """A process took it and died: only the caller can know whether to try again."""
    seen = []
    town.start("hearer")
    pending = eventlet.spawn(town.call, "speaker", "note", {"n": 1})
    taken = until(lambda: queue.channel.basic_get(codec.queue_name("speaker")), what="the request")
    queue.channel.basic_reject(taken.delivery_tag, requeue=True)
    town.start("speaker")
    town.declare("speaker", "note", lambda request: seen.append(request) or {})

    with pytest.raises(TimedOut) as unknown:
        pending.wait()

    assert "was lost" in unknown.value.detail
    assert seen == []


def test_a_method_nobody_has_is_a_fault_of_the_caller(town):
    town.start("speaker", "hearer")

    with pytest.raises(RemoteFault):
        town.call("speaker", "no_such_method")


def test_a_reply_over_the_limit_says_so(town):
    town.start("speaker", "hearer")
    town.declare("speaker", "much", lambda request: {"words": "x" * 300_000})

    with pytest.raises(RemoteFault, match="over the limit"):
        town.call("speaker", "much")


def test_a_reply_that_is_no_json_is_a_fault_not_a_death(town):
    town.start("speaker", "hearer")
    town.declare("speaker", "odd", lambda request: {"set": {1, 2}})

    with pytest.raises(RemoteFault):
        town.call("speaker", "odd")
    assert town.call("speaker", "echo", {}) == {}


def test_no_more_calls_run_at_once_than_there_are_workers(build):
    town = build(max_workers=3)
    town.start("speaker", "hearer")
    gate, running, most = eventlet.event.Event(), [], []

    def slow(request):
        running.append(request)
        most.append(len(running))
        gate.wait()
        running.remove(request)
        return {}

    town.declare("speaker", "slow", slow)
    callers = [eventlet.spawn(town.call, "speaker", "slow", {"n": n}) for n in range(8)]
    until(lambda: len(running) == 3, what="three at work")
    gate.send(None)
    for caller in callers:
        caller.wait()

    assert (max(most), len(most)) == (3, 8)


def test_who_stops_answers_what_it_took(build):
    town = build()
    container = town.start("speaker")
    town.start("hearer")
    gate = eventlet.event.Event()
    town.declare("speaker", "slow", lambda request: gate.wait() or {"answered": True})
    caller = eventlet.spawn(town.call, "speaker", "slow")
    until(lambda: container.runtime.server.running, what="the call taken")

    stopping = eventlet.spawn(container.stop)
    gate.send(None)

    assert caller.wait() == {"answered": True}
    stopping.wait()


def test_requests_that_call_themselves_alike_take_nobodys_place(build):
    """Each has a place among the workers; one that were never acknowledged would keep it for ever."""
    town = build(max_workers=3)
    container = town.start("speaker")
    town.start("hearer")
    running = container.runtime.server.running
    gates = {"first": eventlet.event.Event(), "then": eventlet.event.Event()}
    town.declare("speaker", "slow", lambda request: gates[request.get("gate", "first")].wait() or {})
    with Queues(town.settings.broker_url) as queue:
        alike = {"headers": headers("slow"), "reply_to": "nobody", "correlation_id": "same"}
        for _ in range(6):
            queue.put(codec.queue_name("speaker"), b"{}", **alike)
        until(lambda: running, what="the first one taken")
        gates["first"].send(None)
        until(lambda: not running and queue.count(codec.queue_name("speaker")) == 0, what="all of them gone")

    callers = [eventlet.spawn(town.call, "speaker", "slow", {"gate": "then"}) for _ in range(3)]
    until(lambda: len(running) == 3, what="three at work")
    gates["then"].send(None)
    assert [caller.wait() for caller in callers] == [{}, {}, {}]
