"""The publishing half of an in-process channel: routing, returns, and confirms that mean "handled"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

from amqp import Message, spec
from amqp.exceptions import ChannelError, RecoverableChannelError, RecoverableConnectionError

from plumbline.mesh.broker.inproc_message import Letter, Receipt
from plumbline.mesh.broker.inproc_session import Session

if TYPE_CHECKING:
    from plumbline.mesh.broker.inproc_connection import Connection
    from plumbline.mesh.broker.inproc_queue import Queue

NO_ROUTE = 312


class Confirms:
    """The confirm mode of one channel: its delivery tags count from 1 until the channel closes."""

    __slots__ = ("channel", "published")

    def __init__(self, channel: Publisher) -> None:
        self.channel, self.published = channel, 0

    def next_tag(self) -> int:
        """The tag of the message that is published now."""
        self.published += 1
        return self.published

    def settled(self, tag: int) -> None:
        """Every queue is done with the message `tag`: tell its publisher, if it is still there."""
        self.channel.note_settled(self, tag)


class Publisher(Session):
    """What a channel needs to publish.

    A copy in a lasting queue (durable, shared, not expiring) counts for the confirm when it is acked, rejected for
    good, expired, purged or its queue deleted; a copy in any other queue counts at once. There is never a nack.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.events: dict[str, set[Callable[..., Any]]] = defaultdict(set)
        self._confirms: Confirms | None = None
        self._awaited: set[int] = set()

    def reset(self) -> None:
        """Leave confirm mode; what was not confirmed never will be."""
        super().reset()
        self._confirms = None
        if self.connection is not None:
            self.connection.ring()

    def confirm_select(self, nowait: bool = False) -> None:
        """Have every later publish on this channel confirmed."""
        self.usable()
        if self._confirms is None:
            self._confirms = Confirms(self)

    def basic_publish(
        self,
        msg: Message,
        exchange: str = "",
        routing_key: str = "",
        mandatory: bool = False,
        immediate: bool = False,
        timeout: float | None = None,
        confirm_timeout: float | None = None,
    ) -> None:
        """Send a message; what comes back of it comes out of `drain_events`."""
        self._publish(msg, exchange, routing_key, mandatory)

    def basic_publish_confirm(
        self,
        msg: Message,
        exchange: str = "",
        routing_key: str = "",
        mandatory: bool = False,
        immediate: bool = False,
        timeout: float | None = None,
        confirm_timeout: float | None = None,
    ) -> None:
        """Send a message and drain until it is confirmed; raises socket.timeout, or ChannelError on its return."""
        if self._confirms is None:
            self.confirm_select()
        tag = self._publish(msg, exchange, routing_key, mandatory)
        timeout = confirm_timeout or timeout
        self._await(tag, None if timeout is None else monotonic() + timeout)

    def note_settled(self, confirms: Confirms, tag: int) -> None:
        """Have the ack told to whoever drains, if the channel is still in that confirm mode."""
        if confirms is self._confirms and self.connection is not None:
            self.connection.notices.add(self.confirmed, confirms, tag)

    def confirmed(self, confirms: Confirms, tag: int) -> None:
        """An ack has arrived."""
        if confirms is not self._confirms or self.connection is None:
            return
        self._awaited.discard(tag)
        for callback in tuple(self.events["basic_ack"]):
            callback(tag, False)

    def _publish(self, msg: Message, exchange: str, routing_key: str, mandatory: bool) -> int:
        if self.connection is not None:
            self.connection.breathe()
        connection = self.connection
        if connection is None:
            raise RecoverableConnectionError("basic_publish: connection closed")
        if self.fault is not None:
            return 0
        try:
            letter = Letter.of(msg, exchange, routing_key)
            queues = connection.broker.route(exchange, routing_key)
        except ChannelError as error:
            self.fail(error)
            return 0
        tag = 0 if self._confirms is None else self._confirms.next_tag()
        if mandatory and not queues:
            connection.notices.add(self._returned, letter.opened(self), exchange, routing_key)
        receipt = None if self._confirms is None else self._receipt(self._confirms, tag, queues)
        for queue in queues:
            queue.put(letter, receipt if queue.lasting else None)
        return tag

    def _receipt(self, confirms: Confirms, tag: int, queues: tuple[Queue, ...]) -> Receipt | None:
        lasting = sum(queue.lasting for queue in queues)
        if lasting:
            return Receipt(confirms, tag, lasting)
        self.note_settled(confirms, tag)
        return None

    def _await(self, tag: int, deadline: float | None) -> None:
        confirms = self._confirms
        self._awaited.add(tag)
        try:
            while tag in self._awaited:
                connection = self.usable()
                if confirms is None or self._confirms is not confirms:
                    raise RecoverableChannelError("the channel was closed before the message was confirmed")
                connection.step(deadline)
        finally:
            self._awaited.discard(tag)

    def _returned(self, message: Message, exchange: str, routing_key: str) -> None:
        error = ChannelError("NO_ROUTE", spec.Basic.Return, reply_code=NO_ROUTE)
        if self.connection is None:
            return
        handlers = tuple(self.events.get("basic_return", ()))
        if not handlers:
            raise error
        for handler in handlers:
            handler(error, exchange, routing_key, message)
