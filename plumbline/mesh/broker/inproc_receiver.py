"""The receiving half of an in-process channel: consuming, getting, acknowledging."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from itertools import groupby, takewhile
from typing import TYPE_CHECKING, Any

from amqp import Message, spec
from amqp.exceptions import ConsumerCancelled

from plumbline.mesh.broker.inproc_broker import refusal
from plumbline.mesh.broker.inproc_message import Copy
from plumbline.mesh.broker.inproc_queue import Consumer
from plumbline.mesh.broker.inproc_session import Session

if TYPE_CHECKING:
    from plumbline.mesh.broker.inproc_connection import Connection


def give_back(copies: Iterable[Copy]) -> None:
    """Return copies to their queues, each to its place."""
    by_queue = sorted(copies, key=lambda copy: id(copy.queue))
    for _, group in groupby(by_queue, key=lambda copy: id(copy.queue)):
        found = list(group)
        found[0].queue.put_back(found)


class Receiver(Session):
    """What a channel needs to receive: its consumers, and what they have not settled, by delivery tag."""

    auto_decode = True

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.callbacks: dict[str, Callable[[Message], Any]] = {}
        self.cancel_callbacks: dict[str, Callable[[str], Any]] = {}
        self.no_ack_consumers: Any = set()
        self._consumers: dict[str, Consumer] = {}
        self._unacked: dict[int, Copy] = {}
        self._delivered = 0
        self._prefetch = 0
        self._last_queue = ""  # what AMQP means by a queue without a name

    def basic_qos(self, prefetch_size: int, prefetch_count: int, a_global: bool) -> None:
        """How many unsettled messages each later consumer of this channel may hold; 0 is any number."""
        with self.call():
            if prefetch_size or a_global:
                raise refusal("NOT_IMPLEMENTED", "prefetch by size or by channel", spec.Basic.Qos)
            self._prefetch = prefetch_count

    def basic_consume(
        self,
        queue: str = "",
        consumer_tag: str = "",
        no_local: bool = False,
        no_ack: bool = False,
        exclusive: bool = False,
        nowait: bool = False,
        callback: Callable[[Message], Any] | None = None,
        arguments: dict[str, Any] | None = None,
        on_cancel: Callable[[str], Any] | None = None,
    ) -> str:
        """Have `callback` called with each message of `queue`; returns the consumer's tag."""
        if callback is None:
            raise ValueError("a consumer without a callback")
        consumer = self._consumer(queue, consumer_tag, no_ack, exclusive)
        self.callbacks[consumer.tag] = callback
        if on_cancel is not None:
            self.cancel_callbacks[consumer.tag] = on_cancel
        if no_ack:
            self.no_ack_consumers.add(consumer.tag)
        consumer.queue.add(consumer)
        return consumer.tag

    def basic_cancel(self, consumer_tag: str, nowait: bool = False) -> str | None:
        """Stop consuming; what was delivered may still be settled."""
        if self.connection is None:
            return None
        self.usable()
        consumer = self._consumers.pop(consumer_tag, None)
        self._forget(consumer_tag)
        if consumer is not None:
            give_back(consumer.leave())
        return consumer_tag

    def basic_get(self, queue: str = "", no_ack: bool = False) -> Message | None:
        """One message, or None when the queue has none ready."""
        with self.call() as connection:
            found = connection.broker.find(queue or self._last_queue, connection, spec.Basic.Get)
        copy = found.take_one()
        if copy is None:
            return None
        message = self._open(copy, no_ack)
        message.delivery_info["message_count"] = len(found.ready)
        return message

    def basic_ack(self, delivery_tag: int, multiple: bool = False) -> None:
        """Be done with a message, or with all up to it."""
        for copy in self._take(delivery_tag, multiple, spec.Basic.Ack):
            copy.settle()
            if copy.consumer is not None:
                copy.consumer.let_go()

    def basic_reject(self, delivery_tag: int, requeue: bool) -> None:
        """Give a message back to its place in its queue, or up for dead."""
        for copy in self._take(delivery_tag, False, spec.Basic.Reject):
            if requeue:
                copy.queue.put_back([copy])
                continue
            copy.queue.bury(copy, "rejected")
            if copy.consumer is not None:
                copy.consumer.let_go()

    def basic_recover(self, requeue: bool = False) -> None:
        """Give back everything this channel has not settled."""
        with self.call():
            if not requeue:
                raise refusal("NOT_IMPLEMENTED", "requeue=false", spec.Basic.Recover)
        copies = list(self._unacked.values())
        self._unacked.clear()
        give_back(copies)

    def deliver(self, consumer: Consumer, copy: Copy) -> None:
        """Hand a copy to the callback of its consumer."""
        message = self._open(copy, consumer.no_ack)
        message.delivery_info["consumer_tag"] = consumer.tag
        self.callbacks[consumer.tag](message)

    def cancelled(self, consumer: Consumer) -> None:
        """The queue of a consumer is gone."""
        if self._consumers.pop(consumer.tag, None) is None:
            return
        while consumer.waiting:
            consumer.waiting.popleft().settle()
        if self.connection is not None:
            self.connection.notices.add(self._tell_cancelled, consumer.tag)

    def reset(self) -> None:
        """End all consumers and give back what they hold."""
        super().reset()
        copies = list(self._unacked.values())
        consumers = list(self._consumers.values())
        self._unacked.clear()
        self._consumers.clear()
        for consumer in consumers:
            self._forget(consumer.tag)
            copies += consumer.leave()
        self._delivered = self._prefetch = 0
        give_back(copies)

    def _consumer(self, queue: str, tag: str, no_ack: bool, exclusive: bool) -> Consumer:
        tag = tag or f"amq.ctag-{uuid.uuid4().hex}"
        with self.call() as connection:
            if tag in self._consumers:
                raise refusal("NOT_ALLOWED", f"attempt to reuse consumer tag '{tag}'", spec.Basic.Consume)
            found = connection.broker.find(queue or self._last_queue, connection, spec.Basic.Consume)
            if found.consumers and (exclusive or found.consumers[0].exclusive):
                text = f"queue '{found.name}' in vhost '{connection.broker.name}' in exclusive use"
                raise refusal("ACCESS_REFUSED", text, spec.Basic.Consume)
            self._consumers[tag] = Consumer(self, found, tag, no_ack=no_ack, exclusive=exclusive, limit=self._prefetch)
        return self._consumers[tag]

    def _open(self, copy: Copy, no_ack: bool) -> Message:
        self._delivered += 1
        if no_ack:
            copy.settle()
        else:
            self._unacked[self._delivered] = copy
        message = copy.letter.opened(self)
        message.channel = self
        message.delivery_info = {
            "delivery_tag": self._delivered,
            "redelivered": copy.redelivered,
            "exchange": copy.letter.exchange,
            "routing_key": copy.letter.routing_key,
        }
        return message

    def _take(self, tag: int, multiple: bool, method: tuple[int, int]) -> list[Copy]:
        if self.fault is not None:
            return []
        self.usable()
        if multiple and (not tag or tag in self._unacked):
            tags = list(takewhile(lambda held: not tag or held <= tag, self._unacked))
            return [self._unacked.pop(held) for held in tags]
        copy = None if multiple else self._unacked.pop(tag, None)
        if copy is not None:
            return [copy]
        self.fail(refusal("PRECONDITION_FAILED", f"unknown delivery tag {tag}", method))
        return []

    def _forget(self, tag: str) -> None:
        self.no_ack_consumers.discard(tag)
        self.callbacks.pop(tag, None)
        self.cancel_callbacks.pop(tag, None)

    def _tell_cancelled(self, tag: str) -> None:
        told = self.cancel_callbacks.get(tag)
        self._forget(tag)
        if told is None:
            raise ConsumerCancelled(tag, spec.Basic.Cancel)
        told(tag)
