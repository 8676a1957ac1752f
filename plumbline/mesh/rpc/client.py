"""Calling other services: every call has a deadline and ends in an answer, a refusal or a typed error."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from dataclasses import replace
from typing import Any

import eventlet
import orjson
from eventlet.event import Event

from plumbline.mesh import context as contexts, metrics, traces
from plumbline.mesh.broker.link import JSON, Link, LinkDown
from plumbline.mesh.context import Context
from plumbline.mesh.errors import CallInsideWork, MeshError, TimedOut, Unavailable
from plumbline.mesh.rpc import codec
from plumbline.mesh.rpc.breaker import Breaker
from plumbline.mesh.storage.work import work_is_open

#: How a call ended, as a label of metrics, by the name of the error.
OUTCOMES = {
    "ok": "ok",
    "Refused": "refused",
    "TimedOut": "timed_out",
    "Unavailable": "unavailable",
    "UnknownService": "unknown_service",
}


class MessageTooLarge(MeshError):
    """Over the limit for a message; large content travels by hash (files)."""


class Replies:
    """The reply queue: a fresh, exclusive one on every connection; what was pending on a lost one has timed out."""

    def __init__(self, service: str) -> None:
        self.service, self.queue, self.pending = service, "", {}  # type: ignore[var-annotated]

    def opened(self, channel: Any) -> None:
        """Declare a queue nobody has used and read it without acknowledgements."""
        name = f"reply-{self.service}-{uuid.uuid4().hex}"
        channel.queue_declare(name, durable=False, exclusive=True, auto_delete=True)
        channel.basic_consume(name, no_ack=True, callback=self._arrived)
        self.queue = name

    def lost(self) -> None:
        """Answers to what is under way would go to a queue that is gone."""
        self.queue = ""
        for pending in list(self.pending.values()):
            pending.settle(codec.failure("timed-out", "the connection was lost"))

    def _arrived(self, message: Any) -> None:
        pending = self.pending.get(message.properties.get("correlation_id"))
        if pending is None:
            return  # too late, or not ours
        try:
            body = message.body
            pending.settle(orjson.loads(body if isinstance(body, bytes) else body.encode()))
        except ValueError:
            pending.settle(codec.failure("fault", "an unreadable reply"))


class Requests:
    """The channel requests go out on; the broker's returns are matched to the calls they end."""

    def __init__(self, replies: Replies) -> None:
        self.replies, self.channel = replies, None

    def opened(self, channel: Any) -> None:
        """Listen for returned messages."""
        channel.events["basic_return"].add(self._returned)
        self.channel = channel

    def lost(self) -> None:
        """Nothing can be sent now."""
        self.channel = None

    def _returned(self, _error: Any, _exchange: str, _key: str, message: Any) -> None:
        pending = self.replies.pending.get(message.properties.get("correlation_id"))
        if pending is not None:
            pending.settle(codec.failure("unknown-service", "returned as unroutable"))


class Pending:
    """A call that is under way."""

    def __init__(self, client: Client, service: str, method: str, deadline: float) -> None:
        self.id = uuid.uuid4().hex
        self.service, self.method, self.deadline = service, method, deadline
        self._client, self._event = client, Event()
        self._calls = metrics.rpc_client(client.service, service, method)
        self._began = self._calls.started()

    def settle(self, reply: dict) -> None:
        """Take the first reply; later ones are nobody's."""
        if not self._event.ready():
            self._event.send(reply)

    def result(self) -> Any:
        """Wait for the answer; raises Refused, TimedOut, Unavailable, UnknownService or RemoteFault."""
        kind = "ok"
        try:
            return codec.outcome(self.service, self._reply())
        except Exception as error:
            kind = type(error).__name__
            raise
        finally:
            self._client.forget(self, kind)

    def ended(self, kind: str) -> None:
        """Count how it ended."""
        self._calls.ended(self._began, OUTCOMES.get(kind, "fault"))

    def _reply(self) -> dict:
        if not self._event.ready():
            with eventlet.Timeout(max(self.deadline - time.time(), 0), False):
                return self._event.wait()
            return codec.failure("timed-out", "no answer in time")
        return self._event.wait()


class Client:
    """Sends a service's calls: requests on the outgoing link, replies on the incoming one."""

    def __init__(
        self, service: str, outgoing: Link, incoming: Link, *, timeout_s: float, most: int, limit: int
    ) -> None:
        self.service, self.outgoing = service, outgoing
        self.timeout_s, self.most, self.limit = timeout_s, most, limit
        self.replies = Replies(service)
        self.requests = Requests(self.replies)
        self.breakers: dict[str, Breaker] = {}
        self.in_flight: Counter[str] = Counter()
        incoming.add(self.replies)
        outgoing.add(self.requests)

    def call(self, service: str, method: str, request: dict, timeout_s: float | None = None) -> Any:
        """Send and wait."""
        with traces.rpc_client(service, method):
            return self.send(service, method, request, timeout_s).result()

    def send(self, service: str, method: str, request: dict, timeout_s: float | None = None) -> Pending:
        """Start a call; raises Unavailable when it was certainly not sent."""
        if work_is_open.get():
            raise CallInsideWork(f"{service}.{method}")
        body = orjson.dumps(request)
        if len(body) > self.limit:
            raise MessageTooLarge(f"{service}.{method}: {len(body)} bytes")
        context = contexts.current() or Context(request_id=contexts.new_request_id())
        context = context.with_deadline(time.time() + (timeout_s or self.timeout_s))
        breaker = self.breakers.setdefault(service, Breaker())
        if self.in_flight[service] >= self.most or not breaker.allows():
            raise Unavailable(service, "too many calls under way" if breaker.closed else "it has not been answering")
        context = replace(context, traceparent=traces.current())
        pending = Pending(self, service, method, context.deadline or 0.0)
        self.replies.pending[pending.id] = pending
        self.in_flight[service] += 1
        try:
            self._publish(pending, context, body)
        except BaseException as error:
            self.forget(pending, type(error).__name__)
            raise
        return pending

    def _publish(self, pending: Pending, context: Context, body: bytes) -> None:
        left_ms = int((pending.deadline - time.time()) * 1000)
        if left_ms <= 0:
            raise Unavailable(pending.service, "the deadline had passed; not sent")
        channel = self.requests.channel
        if channel is None or not self.replies.queue:
            raise Unavailable(pending.service, "no connection to the broker")
        message = channel.prepare_message(
            body,
            content_type=JSON,
            content_encoding="utf-8",
            headers=codec.request_headers(pending.method, context),
            properties={
                "delivery_mode": 1,
                "correlation_id": pending.id,
                "reply_to": self.replies.queue,
                "expiration": str(left_ms),
            },
        )
        try:
            self.outgoing.publish(channel, message, "", codec.queue_name(pending.service), mandatory=True)
        except LinkDown as error:
            raise Unavailable(pending.service, str(error)) from error
        except OSError as error:
            raise TimedOut(pending.service, "the connection was lost while sending") from error

    def forget(self, pending: Pending, kind: str) -> None:
        """End a call's bookkeeping, once."""
        if self.replies.pending.pop(pending.id, None) is None:
            return
        self.in_flight[pending.service] -= 1
        late = kind == TimedOut.__name__
        self.breakers[pending.service].saw(timed_out=late)
        pending.ended(kind)
        if late:
            metrics.deadline_exceeded(self.service, pending.service, pending.method).inc()
