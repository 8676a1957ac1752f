"""Traces across HTTP, calls, outbox and inbox: ids that are always passed on, spans where an exporter is set."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any

from plumbline.mesh import context
from plumbline.mesh.settings import Settings

_FORM = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def new_traceparent(sampled: bool = False) -> str:
    """The beginning of a trace."""
    return f"00-{random.getrandbits(128) or 1:032x}-{random.getrandbits(64) or 1:016x}-{'01' if sampled else '00'}"


def child(traceparent: str) -> str:
    """The next step in the trace of `traceparent`."""
    return f"{traceparent[:36]}{random.getrandbits(64) or 1:016x}{traceparent[52:]}"


def accepted(header: str | None) -> str | None:
    """A traceparent from outside, or None where it is none."""
    if header is None or not 55 <= len(header) <= 512 or not _FORM.match(header):
        return None
    # A later version may append fields; this one has none, and is what goes on from here.
    if header[:2] == "00" and len(header) > 55 or len(header) > 55 and header[55] != "-":
        return None
    return "00" + header[2:55]


#: The running span with the context it was opened in: a span of another act is never this act's parent.
_span: ContextVar[tuple[str, context.Context | None] | None] = ContextVar("plumbline_span", default=None)


def current() -> str | None:
    """What goes into a message or a call as `traceparent`: the running span's, else the act's."""
    act, span = context.current(), _span.get()
    if span is not None and span[1] is act:
        return span[0]
    return None if act is None else act.traceparent


def trace_id() -> str | None:
    """The trace that the running greenlet works in."""
    traceparent = current()
    return None if traceparent is None else traceparent[3:35]


class Span:
    """A step of a trace that nobody records: it carries the trace on, and begins one where there is none."""

    __slots__ = ("traceparent", "_token")
    _token: Token[Any]

    def __init__(self, parent: str | None) -> None:
        self.traceparent = parent or new_traceparent()

    def __enter__(self) -> Span:
        self._token = _span.set((self.traceparent, context.current()))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        _span.reset(self._token)

    def note(self, **attributes: Any) -> None:
        """Add attributes."""

    def fail(self, reason: str) -> None:
        """It failed, for this kind of reason (a name, not a message: messages may hold personal data)."""


#: Makes the spans; the exporter puts its own here.
_make: Callable[[str, str, str | None, Iterable[str], dict[str, Any]], Span] | None = None
_stop: Callable[[], None] | None = None


def span(
    name: str, kind: str = "internal", parent: str | None = None, links: Iterable[str] = (), **attributes: Any
) -> Span:
    """A step of the trace, as a context manager; `kind` is client, server, producer, consumer or internal.

    Without `parent` it goes on from the running span or act. Attributes are named as OpenTelemetry's conventions do,
    so most calls pass ``**{"rpc.method": …}``, or use one of the functions below.
    """
    parent = accepted(parent) or current()
    return Span(parent) if _make is None else _make(name, kind, parent, links, attributes)


def http_server(method: str, route: str, parent: str | None) -> Span:
    """A request at the gateway; `parent` is the caller's header, as `accepted` took it."""
    return span(f"{method} {route}", "server", parent, **{"http.request.method": method, "http.route": route})


def rpc_client(target: str, method: str) -> Span:
    """A call to another service."""
    return span(f"{target}/{method}", "client", **_rpc(target, method))


def rpc_server(service: str, method: str, parent: str | None = None) -> Span:
    """A call that is answered here."""
    return span(f"{service}/{method}", "server", parent, **_rpc(service, method))


def _rpc(service: str, method: str) -> dict[str, Any]:
    return {} if _make is None else {"rpc.system.name": "nameko", "rpc.method": f"{service}/{method}"}


def publishing(exchange: str, said_in: Iterable[str], count: int) -> Span:
    """A batch of the relay, linked to the acts in which its events were said."""
    attributes = {"messaging.destination.name": exchange, "messaging.batch.message_count": count}
    return span(f"send {exchange}", "producer", None, said_in, **_MESSAGING, **attributes)


def applying(consumer: str, source: str, event_type: str, said_in: str | None) -> Span:
    """The effect of an event, in the trace of the act that said it."""
    destination = {"messaging.destination.name": f"{source}.events:{event_type}"}
    rabbit = {"messaging.rabbitmq.destination.routing_key": event_type, "messaging.consumer.group.name": consumer}
    return span(f"process {event_type}", "consumer", said_in, **_MESSAGING, **destination, **rabbit)


_MESSAGING = {"messaging.system": "rabbitmq"}


def configure(settings: Settings, service: str = "plumbline") -> None:
    """Record spans where the settings name an exporter; called once when a process starts."""
    global _make, _stop
    stop()
    if settings.traces_exporter != "none":
        from plumbline.mesh.traces_export import recorder  # heavy, and most processes do without

        _make, _stop = recorder(settings, service)


def stop() -> None:
    """Hand over what is recorded and record no more."""
    global _make, _stop
    stopping, _make, _stop = _stop, None, None
    if stopping is not None:
        stopping()
