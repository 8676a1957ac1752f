"""Traces: ids are always passed on, and belong to the act that is running."""

import re
import timeit

import pytest

from plumbline.mesh import traces
from plumbline.mesh.context import Context, spawn, use

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OTHER = "00-11111111111111111111111111111111-2222222222222222-00"


def test_a_new_trace_has_the_form_of_w3c() -> None:
    begun = traces.new_traceparent()
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", begun)
    assert traces.accepted(begun) == begun
    assert traces.new_traceparent() != begun


def test_a_child_stays_in_the_trace() -> None:
    child = traces.child(TRACE)
    assert child != TRACE and child[:36] == TRACE[:36] and child[52:] == "-01"
    assert traces.accepted(child) == child


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "x",
        TRACE[:-1],
        TRACE.upper(),
        TRACE + "-x",
        TRACE + "0",
        "ff" + TRACE[2:],
        TRACE.replace("b7ad6b7169203331", "0" * 16),
        TRACE.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32),
        TRACE + "\n",
        "٠٠" + TRACE[2:],
    ],
)
def test_what_is_no_traceparent_is_not_accepted(header: str | None) -> None:
    assert traces.accepted(header) is None


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    assert traces.accepted("01" + TRACE[2:] + "-what-comes-later") == TRACE
    assert traces.accepted("01" + TRACE[2:] + "what-comes-later") is None


def test_the_act_carries_its_trace() -> None:
    assert traces.current() is None
    with use(Context(request_id="r", traceparent=TRACE)):
        assert traces.current() == TRACE
        assert traces.trace_id() == "0af7651916cd43dd8448eb211c80319c"


def test_without_an_exporter_spans_hand_the_trace_on() -> None:
    with use(Context(request_id="r", traceparent=TRACE)), traces.rpc_client("subjects", "may_act") as span:
        span.note(**{"a": 1})
        span.fail("TimedOut")
        assert span.traceparent == TRACE == traces.current()


def test_a_span_outside_a_trace_begins_one_for_all_in_it() -> None:
    with traces.span("due", "internal") as outer, traces.span("inner") as inner:
        assert inner.traceparent == outer.traceparent == traces.current()
    assert traces.current() is None


def test_a_span_of_another_act_is_nobodys_parent() -> None:
    with traces.span("loop"), use(Context(request_id="r", traceparent=OTHER)):
        assert traces.current() == OTHER


def test_a_parent_from_a_message_wins() -> None:
    with use(Context(request_id="r", traceparent=OTHER)), traces.applying("b", "a", "x.v1", TRACE) as span:
        assert span.traceparent == TRACE == traces.current()


def test_a_greenlet_spawned_with_the_context_works_in_the_same_trace() -> None:
    with use(Context(request_id="r", traceparent=TRACE)), traces.span("x"):
        assert spawn(traces.current).wait() == TRACE


def test_a_span_that_is_not_recorded_costs_microseconds() -> None:
    def step() -> None:
        with traces.rpc_client("subjects", "may_act"):
            traces.current()

    with use(Context(request_id="r", traceparent=TRACE)):
        best = min(timeit.repeat(step, number=2000, repeat=5)) / 2000
    assert best < 15e-6, f"{best * 1e6:.1f} µs"
