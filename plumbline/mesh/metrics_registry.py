"""The registry of everything a process counts, and how it is read out."""

from __future__ import annotations

import time
from collections.abc import Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

disable_created_metrics()

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
#: The buckets that OpenTelemetry's conventions give for calls.
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)

#: An event may be late by far more than a call.
LAGS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)


def counter(name: str, doc: str, *labels: str) -> Counter:
    """A new counter of ours."""
    return Counter(f"plumbline_{name}", doc, labels, registry=REGISTRY)


def gauge(name: str, doc: str, *labels: str) -> Gauge:
    """A new gauge of ours."""
    return Gauge(f"plumbline_{name}", doc, labels, registry=REGISTRY)


def histogram(name: str, doc: str, *labels: str, buckets: tuple[float, ...] = SECONDS) -> Histogram:
    """A new histogram of ours, in seconds."""
    return Histogram(f"plumbline_{name}", doc, labels, registry=REGISTRY, buckets=buckets)


class Age:
    """How long ago something began that has not ended, worked out when it is read."""

    def __init__(self, gauge: Gauge) -> None:
        self.since: float | None = None
        gauge.set_function(lambda: 0.0 if self.since is None else max(0.0, time.time() - self.since))


def pieces() -> Iterator[bytes]:
    """Prometheus' text form, one family at a time, so that whoever asks can let others work in between."""
    for family in REGISTRY.collect():
        yield generate_latest(_One(family))


class _One(CollectorRegistry):
    """A registry of one family."""

    def __init__(self, family: Metric) -> None:
        super().__init__()
        self._family = family

    def collect(self) -> Iterator[Metric]:
        yield self._family


def render() -> bytes:
    """Everything in Prometheus' text form."""
    return b"".join(pieces())
