"""Answering calls: one queue per service, a bounded number at a time, nothing read that nobody waits for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import eventlet
import orjson
from greenlet import greenlet

from plumbline.mesh import context as contexts, metrics
from plumbline.mesh.broker.link import Link, LinkDown
from plumbline.mesh.broker.turns import NextTurn
from plumbline.mesh.logs import get_logger
from plumbline.mesh.rpc import codec
from plumbline.mesh.rpc.codec import Malformed, Request

log = get_logger(__name__)

TAG = "requests"


class Replier:
    """The channel replies go out on."""

    def __init__(self) -> None:
        self.channel: Any = None

    def opened(self, channel: Any) -> None:
        """Replies are neither confirmed nor mandatory: the reply is the confirmation."""
        self.channel = channel

    def lost(self) -> None:
        """Nothing can be sent now."""
        self.channel = None


class Server:
    """Takes requests off the queue and hands each to `handle`, which returns the reply."""

    def __init__(
        self,
        service: str,
        handle: Callable[[Request], dict],
        incoming: Link,
        outgoing: Link,
        *,
        workers: int,
        limit: int,
    ) -> None:
        self.service, self.handle, self.workers, self.limit = service, handle, workers, limit
        self.incoming, self.outgoing = incoming, outgoing
        self.replier = Replier()
        self.running: dict[str, tuple[Any, int]] = {}
        self._channel: Any = None
        self._taking = True
        self._started = NextTurn(lambda request: greenlet(self._work).switch(request))
        incoming.add(self)
        outgoing.add(self.replier)

    def opened(self, channel: Any) -> None:
        """Consume, at most as many at a time as there are workers."""
        self._channel = channel
        if self._taking:
            channel.basic_qos(0, self.workers, False)
            channel.basic_consume(codec.queue_name(self.service), consumer_tag=TAG, callback=self._arrived)

    def lost(self) -> None:
        """What is running goes on; its requests can no longer be acknowledged."""
        self._channel = None

    def stop_taking(self) -> None:
        """Take no more requests; those that were taken are answered."""
        self._taking = False
        if self._channel is not None:
            try:
                self._channel.basic_cancel(TAG, nowait=True)
            except Exception as error:
                log.debug("rpc_cancel", error=type(error).__name__)

    def _arrived(self, message: Any) -> None:
        if _is_late(message):
            metrics.expired(self.service).inc()
            self._ack(self._channel, message.delivery_tag)
            return
        try:
            request = codec.read_request(message, self.limit)
        except Malformed as error:
            log.warning("rpc_malformed", service=self.service, reason=str(error))
            self._ack(self._channel, message.delivery_tag)
            return
        channel, _ = self.running.get(request.call_id, (None, 0))
        if channel is not None and channel is self._channel:
            log.warning("rpc_malformed", service=self.service, reason="a call of this name is under way")
            self._ack(channel, message.delivery_tag)
            return
        self.running[request.call_id] = (self._channel, message.delivery_tag)
        if channel is not None:
            return  # delivered anew after a lost connection, while we are at it: only its tag is new
        self._started.add(request)

    def _work(self, request: Request) -> None:
        with contexts.use(request.context):
            try:
                reply = REDELIVERED if request.redelivered else self.handle(request)
            except Exception as error:
                log.error("rpc_fault", service=self.service, method=request.method, error=type(error).__name__)
                reply = codec.failure("fault")
            try:
                self._reply(request, reply)
            finally:
                self._ack(*self.running.pop(request.call_id))

    def _reply(self, request: Request, reply: dict) -> None:
        body = self._encode(reply)
        while True:
            channel = self.replier.channel
            left = (request.context.deadline or 0.0) - time.time()
            if left <= 0:
                return  # the caller has given up
            try:
                self.outgoing.publish(channel, request.reply_to, body, correlation_id=request.call_id)
                return
            except (LinkDown, OSError):
                eventlet.sleep(0.02)
                self.outgoing.wait_up(left)

    def _encode(self, reply: dict) -> bytes:
        try:
            body = orjson.dumps(reply)
        except TypeError as error:
            log.error("rpc_unserialisable_reply", service=self.service, error=str(error))
            return orjson.dumps(codec.failure("fault", "the reply cannot be serialised"))
        if len(body) > self.limit:
            return orjson.dumps(codec.failure("fault", f"the reply has {len(body)} bytes, over the limit"))
        return body

    def _ack(self, channel: Any, tag: int) -> None:
        """Acknowledge, if the connection it came on is still there; else the broker delivers it anew."""
        if channel is None or channel is not self._channel:
            return
        try:
            self.incoming.ack(channel, tag)
        except Exception as error:
            log.debug("rpc_ack", error=type(error).__name__)


#: A request delivered before may have been acted on by a process that died: only its caller can know.
REDELIVERED = codec.failure("timed-out", "the process that took this call first was lost")


def _is_late(message: Any) -> bool:
    """Whether the deadline in the headers has passed; a message without one is judged when it is read."""
    try:
        return float(message.headers["deadline"]) < time.time()
    except Exception:
        return False
