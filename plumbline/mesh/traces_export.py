"""Records spans with the OpenTelemetry SDK and sends them where the settings say; imported only when it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any

import eventlet
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from plumbline.mesh.settings import Settings
from plumbline.mesh.traces import Span

#: How long a stopping process tries to hand over its last spans.
LAST_WORDS_S = 5.0
KINDS = {kind.name.lower(): kind for kind in trace.SpanKind}
Recorder = Callable[[str, str, str | None, Iterable[str], dict[str, Any]], Span]


class RecordedSpan(Span):
    """A step of a trace that is recorded, and ends with the block."""

    __slots__ = ("_recorded",)

    def __init__(self, recorded: trace.Span) -> None:
        self._recorded = recorded
        made = recorded.get_span_context()
        super().__init__(f"00-{made.trace_id:032x}-{made.span_id:016x}-{made.trace_flags & 1:02x}")

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, fault, trace)
        if kind is not None:
            self.fail(kind.__name__)
        self._recorded.end()

    def note(self, **attributes: Any) -> None:
        """Add attributes."""
        self._recorded.set_attributes(attributes)

    def fail(self, reason: str) -> None:
        """It failed, for this kind of reason."""
        self._recorded.set_attribute("error.type", reason)
        self._recorded.set_status(trace.Status(trace.StatusCode.ERROR))


def recorder(settings: Settings, service: str) -> tuple[Recorder, Callable[[], None]]:
    """What makes recorded spans, and what hands over the last of them."""
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(settings.traces_sample_ratio)),
        resource=Resource.create({"service.name": service, "service.namespace": "plumbline"}),
        shutdown_on_exit=False,
    )
    # Encoding a batch holds the hub up, so batches are small.
    provider.add_span_processor(BatchSpanProcessor(_exporter(settings), max_export_batch_size=100))
    tracer = provider.get_tracer("plumbline")

    def make(name: str, kind: str, parent: str | None, links: Iterable[str], attributes: dict[str, Any]) -> Span:
        around = _context(parent)
        linked = [trace.Link(step) for link in links if (step := _step(link)) is not None]
        return RecordedSpan(tracer.start_span(name, around, KINDS[kind], attributes, linked, record_exception=False))

    def stop() -> None:
        with eventlet.Timeout(LAST_WORDS_S, False):
            provider.shutdown()

    return make, stop


def _exporter(settings: Settings) -> SpanExporter:
    if settings.traces_exporter == "console":
        return ConsoleSpanExporter()
    import requests
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(endpoint=settings.otlp_endpoint, timeout=10, session=requests.Session())


def _context(parent: str | None) -> Any:
    step = _step(parent)
    empty = trace.set_span_in_context(trace.INVALID_SPAN)
    return empty if step is None else trace.set_span_in_context(trace.NonRecordingSpan(step), empty)


def _step(traceparent: str | None) -> trace.SpanContext | None:
    if traceparent is None:
        return None
    try:
        _, trace_id, span_id, flags = traceparent.split("-")
        numbers = int(trace_id, 16), int(span_id, 16), int(flags, 16)
    except ValueError:
        return None
    return trace.SpanContext(numbers[0], numbers[1], is_remote=True, trace_flags=trace.TraceFlags(numbers[2]))
