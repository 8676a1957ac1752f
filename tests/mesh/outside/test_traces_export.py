"""One trace across HTTP, calls, outbox and inbox reaches a collector, named as OpenTelemetry's conventions do."""

import time
from collections.abc import Iterator

import eventlet
import pytest

from plumbline.mesh import traces
from plumbline.mesh.context import Context, spawn, use
from plumbline.mesh.settings import load
from tests.harness.waiting import free_port
from tests.mesh.outside.collector import Collector, attributes, collecting

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        record(collector.endpoint)
        yield collector
        traces.stop()


def record(endpoint: str, **more: str) -> None:
    environ = {"PLUMBLINE_TRACES_EXPORTER": "otlp", "PLUMBLINE_OTLP_ENDPOINT": endpoint}
    traces.configure(load(environ | more), "gateway")


def journey() -> None:
    """A request, a call, a saved event, its publication and its effect elsewhere, each with what it was handed."""
    with (
        traces.http_server("POST", "/v1/subjects", CALLER) as request,
        use(Context(request_id="r", traceparent=request.traceparent)),
        traces.rpc_client("subjects", "confirm") as call,
    ):
        sent = call.traceparent
    with use(Context(request_id="r", traceparent=sent)), traces.rpc_server("subjects", "confirm"):
        said_in = traces.current()
    with traces.publishing("subjects.events", [said_in or ""], 1):
        pass
    with traces.applying("personnel", "subjects", "subject_confirmed.v1", said_in):
        pass


def test_a_journey_is_one_trace(collector: Collector) -> None:
    journey()
    traces.stop()
    request, client = collector.span("POST /v1/subjects"), collector.span("subjects/confirm")
    effect = collector.span("process subject_confirmed.v1")
    server = next(span for span in collector.spans if span.parent_span_id == client.span_id)
    assert len(collector.spans) == 5
    assert request.trace_id.hex() == client.trace_id.hex() == effect.trace_id.hex() == CALLER[3:35]
    assert request.parent_span_id.hex() == CALLER[36:52]
    assert client.parent_span_id == request.span_id
    assert effect.parent_span_id == server.span_id
    assert collector.services == {"gateway"}


def test_a_batch_of_the_relay_is_linked_to_the_acts_it_publishes(collector: Collector) -> None:
    journey()
    traces.stop()
    batch = collector.span("send subjects.events")
    server = [span for span in collector.spans if span.name == "subjects/confirm"][1]
    assert [link.span_id for link in batch.links] == [server.span_id]
    assert batch.trace_id != server.trace_id


def test_spans_are_named_as_the_conventions_do(collector: Collector) -> None:
    journey()
    traces.stop()
    assert attributes(collector.span("POST /v1/subjects")) == {
        "http.request.method": "POST",
        "http.route": "/v1/subjects",
    }
    assert attributes(collector.span("subjects/confirm")) == {
        "rpc.system.name": "nameko",
        "rpc.method": "subjects/confirm",
    }
    effect = attributes(collector.span("process subject_confirmed.v1"))
    assert effect["messaging.system"] == "rabbitmq"
    assert effect["messaging.destination.name"] == "subjects.events:subject_confirmed.v1"
    assert effect["messaging.rabbitmq.destination.routing_key"] == "subject_confirmed.v1"


def test_a_failure_is_recorded_by_its_kind_and_never_by_its_text(collector: Collector) -> None:
    with pytest.raises(ValueError), traces.span("act"):
        raise ValueError("王小明")
    traces.stop()
    act = collector.span("act")
    assert attributes(act) == {"error.type": "ValueError"}
    assert act.status.code == 2
    assert "王小明".encode() not in act.SerializeToString()


def test_a_spawned_greenlet_goes_on_in_the_trace(collector: Collector) -> None:
    def inner() -> None:
        with traces.span("inner"):
            eventlet.sleep(0)

    with traces.span("outer"):
        spawn(inner).wait()
    traces.stop()
    assert collector.span("inner").parent_span_id == collector.span("outer").span_id


def test_many_spans_all_arrive_in_small_batches(collector: Collector) -> None:
    for number in range(450):
        with traces.span(f"n{number}"):
            pass
        eventlet.sleep(0)
    traces.stop()
    assert len({span.name for span in collector.spans}) == 450


def test_what_the_caller_did_not_sample_is_not_recorded(collector: Collector) -> None:
    with traces.span("quiet", parent=CALLER[:-1] + "0") as span:
        assert span.traceparent[3:35] == CALLER[3:35]
        assert span.traceparent.endswith("-00")
    traces.stop()
    assert collector.spans == []


def test_of_new_traces_the_set_share_is_recorded(collector: Collector) -> None:
    record(collector.endpoint, PLUMBLINE_TRACES_SAMPLE_RATIO="0")
    with traces.span("new") as span:
        assert span.traceparent.endswith("-00")
    traces.stop()
    assert collector.spans == []


def test_a_collector_that_is_away_costs_the_act_nothing_and_the_stop_little() -> None:
    record(f"http://127.0.0.1:{free_port()}/v1/traces")
    begun = time.monotonic()
    with traces.span("act"):
        pass
    assert time.monotonic() - begun < 1
    traces.stop()
    assert time.monotonic() - begun < 10


def test_after_stop_ids_are_passed_on_all_the_same(collector: Collector) -> None:
    traces.stop()
    with traces.span("later", parent=CALLER) as span:
        assert span.traceparent == CALLER


def test_a_garbled_parent_begins_a_new_trace(collector: Collector) -> None:
    for _ in ("recorded", "not recorded"):
        with traces.span("act", parent="garbled") as span:
            assert traces.accepted(span.traceparent)
        traces.stop()
