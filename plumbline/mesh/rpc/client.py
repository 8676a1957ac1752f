"""Calling other services: every call has a deadline and ends in an answer, a refusal or a typed error."""

from __future__ import annotations

import itertools
import time
import uuid
from collections import Counter
from typing import Any

import orjson

from plumbline.mesh import context as contexts, traces
from plumbline.mesh.broker.link import Link, LinkDown
from plumbline.mesh.context import Context
from plumbline.mesh.errors import CallInsideWork, MeshError, TimedOut, Unavailable
from plumbline.mesh.rpc import codec
from plumbline.mesh.rpc.breaker import Breaker
from plumbline.mesh.rpc.pending import LOST, Deadlines, Pending
from plumbline.mesh.storage.work import work_is_open


class MessageTooLarge(MeshError):
    """Over the limit for a message; large content travels by hash (files)."""


class Replies:
    """The reply queue: a fresh, exclusive one on every connection; what was pending on a lost one has timed out."""

    def __init__(self, service: str) -> None:
        self.service, self.queue = service, ""
        self.pending: dict[str, Pending] = {}

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
            pending.settle(LOST)

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


class Client:
    """Sends a service's calls: requests on the outgoing link, replies on the incoming one."""

    def __init__(
        self, service: str, outgoing: Link, incoming: Link, *, timeout_s: float, most: int, limit: int
    ) -> None:
        self.service, self.outgoing = service, outgoing
        self.timeout_s, self.most, self.limit = timeout_s, most, limit
        self.replies = Replies(service)
        self.requests = Requests(self.replies)
        self.deadlines = Deadlines(self.replies.pending)
        self.breakers: dict[str, Breaker] = {}
        self.in_flight: Counter[str] = Counter()
        beginning = uuid.uuid4().hex  # unique among all that call
        self._ids = (f"{beginning}-{n:x}" for n in itertools.count())
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
        deadline = context.nearer(time.time() + (timeout_s or self.timeout_s))
        breaker = self.breakers.get(service) or self.breakers.setdefault(service, Breaker())
        if self.in_flight[service] >= self.most or not breaker.allows():
            raise Unavailable(service, "too many calls under way" if breaker.closed else "it has not been answering")
        pending = Pending(self, next(self._ids), service, method, deadline)
        self.replies.pending[pending.id] = pending
        self.in_flight[service] += 1
        try:
            self._publish(pending, codec.request_headers(method, context, deadline, traces.current()), body)
        except BaseException as error:
            self.forget(pending, type(error).__name__, heard=False)
            raise
        self.deadlines.note(deadline)
        return pending

    def _publish(self, pending: Pending, headers: dict[str, str], body: bytes) -> None:
        left_ms = int((pending.deadline - time.time()) * 1000)
        if left_ms <= 0:
            raise Unavailable(pending.service, "the deadline had passed; not sent")
        channel = self.requests.channel
        if channel is None or not self.replies.queue:
            raise Unavailable(pending.service, "no connection to the broker")
        try:
            self.outgoing.publish(
                channel,
                codec.queue_name(pending.service),
                body,
                mandatory=True,
                headers=headers,
                correlation_id=pending.id,
                reply_to=self.replies.queue,
                expiration=str(left_ms),
            )
        except LinkDown as error:
            raise Unavailable(pending.service, str(error)) from error
        except OSError as error:
            raise TimedOut(pending.service, "the connection was lost while sending") from error

    def forget(self, pending: Pending, kind: str, *, heard: bool = True) -> None:
        """End a call's bookkeeping, once; `heard` unless it was never sent, which says nothing about the other side."""
        if self.replies.pending.pop(pending.id, None) is None:
            return
        self.in_flight[pending.service] -= 1
        if heard and pending.answered is not None:
            self.breakers[pending.service].saw(timed_out=not pending.answered)
        pending.ended(kind)
