"""Metrics: named after Prometheus' practice, bound once, cheap on every call."""

import timeit

import pytest

from plumbline.mesh import metrics
from plumbline.mesh.metrics import REGISTRY, Calls


def value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def test_a_call_is_counted_by_how_it_ended_and_timed() -> None:
    calls = metrics.rpc_server("metrics-a", "may_act")
    begun = calls.started()
    assert value("plumbline_rpc_server_in_flight", service="metrics-a", method="may_act") == 1
    calls.ended(begun, "refused")
    assert value("plumbline_rpc_server_in_flight", service="metrics-a", method="may_act") == 0
    labels = {"service": "metrics-a", "method": "may_act"}
    assert value("plumbline_rpc_server_requests_total", **labels, outcome="refused") == 1
    assert value("plumbline_rpc_server_duration_seconds_count", **labels) == 1


def test_the_same_method_has_one_series() -> None:
    assert metrics.rpc_client("metrics-a", "b", "c") is metrics.rpc_client("metrics-a", "b", "c")
    assert metrics.http_server("metrics-a", "/x/{id}") is not metrics.http_server("metrics-a", "/y")


def test_an_age_is_worked_out_when_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    oldest = metrics.outbox("metrics-b").oldest
    name = "plumbline_outbox_oldest_unsent_age_seconds"
    assert value(name, service="metrics-b") == 0
    oldest.since = 1000.0
    monkeypatch.setattr("time.time", lambda: 1060.0)
    assert value(name, service="metrics-b") == 60
    oldest.since = None
    assert value(name, service="metrics-b") == 0


def test_every_part_of_the_kernel_has_its_metrics() -> None:
    metrics.heard("metrics-c", "s").duplicates.inc()
    metrics.inbox("metrics-c").parked.set(2)
    metrics.due("metrics-c", "k").done.inc()
    metrics.overdue("metrics-c").set(3)
    metrics.jobs("metrics-c", "running").set(1)
    metrics.pool("metrics-c", "calls").in_use.set(4)
    metrics.link("metrics-c", "rpc").connected.set(1)
    metrics.deadline_exceeded("metrics-c", "t", "m").inc()
    metrics.expired("metrics-c").inc()
    text = metrics.render().decode()
    for line in (
        'plumbline_inbox_duplicates_total{service="metrics-c",source="s"} 1.0',
        'plumbline_inbox_backlog_rows{service="metrics-c",state="parked"} 2.0',
        'plumbline_due_work_done_total{kind="k",service="metrics-c"} 1.0',
        'plumbline_due_work_overdue_rows{service="metrics-c"} 3.0',
        'plumbline_jobs{service="metrics-c",state="running"} 1.0',
        'plumbline_database_pool_in_use{pool="calls",service="metrics-c"} 4.0',
        'plumbline_broker_connected{link="rpc",service="metrics-c"} 1.0',
        'plumbline_rpc_client_deadline_exceeded_total{method="m",service="metrics-c",target="t"} 1.0',
        'plumbline_rpc_server_expired_total{service="metrics-c"} 1.0',
        "plumbline_hub_stalls_total",
        "process_resident_memory_bytes",
    ):
        assert line in text


def test_names_carry_our_prefix_and_a_base_unit() -> None:
    for family in REGISTRY.collect():
        assert family.name.startswith(("plumbline_", "process_"))
        assert not family.name.endswith(("_ms", "_millis", "_kb"))
        assert family.documentation.endswith(".")


def test_measuring_a_call_costs_microseconds() -> None:
    calls: Calls = metrics.rpc_server("metrics-d", "m")
    best = min(timeit.repeat(lambda: calls.ended(calls.started()), number=2000, repeat=5)) / 2000
    assert best < 20e-6, f"{best * 1e6:.1f} µs"
