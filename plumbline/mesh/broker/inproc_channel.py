"""A channel of the in-process broker: the calls of amqp.Channel, so that one code runs on both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import amqp
from amqp import spec
from amqp.protocol import queue_declare_ok_t
from kombu.transport import base, pyamqp

from plumbline.mesh.broker.inproc_broker import refusal
from plumbline.mesh.broker.inproc_publisher import Publisher
from plumbline.mesh.broker.inproc_receiver import Receiver

if TYPE_CHECKING:
    from plumbline.mesh.broker.inproc_connection import Connection


class Channel(Publisher, Receiver, base.StdChannel):
    """One channel: publishes, receives, and declares what there is to publish to and receive from."""

    Message = pyamqp.Message

    def __init__(self, connection: Connection, channel_id: int) -> None:
        super().__init__(connection)
        self.channel_id: int | None = channel_id
        self.is_open = True
        if connection.confirm_publish:
            self.basic_publish = self.basic_publish_confirm  # type: ignore[method-assign]

    def prepare_message(
        self,
        body: Any,
        priority: int | None = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
        headers: dict[str, Any] | None = None,
        properties: dict[str, Any] | None = None,
    ) -> amqp.Message:
        """A message that can be published."""
        return amqp.Message(
            body,
            priority=priority,
            content_type=content_type,
            content_encoding=content_encoding,
            application_headers=headers,
            **properties or {},
        )

    def message_to_python(self, raw_message: amqp.Message) -> pyamqp.Message:
        """A received message as kombu's consumers want it."""
        return self.Message(raw_message, channel=self)

    def prepare_queue_arguments(self, arguments: dict[str, Any], **options: Any) -> dict[str, Any]:
        """kombu's names for queue arguments in the broker's terms."""
        return base.to_rabbitmq_queue_arguments(arguments, **options)

    def exchange_declare(
        self,
        exchange: str,
        type: str,
        passive: bool = False,
        durable: bool = False,
        auto_delete: bool = True,
        nowait: bool = False,
        arguments: dict[str, Any] | None = None,
    ) -> None:
        """Make an exchange; with `passive` only ask whether it is there."""
        with self.call() as connection:
            if passive:
                connection.broker.exchange(exchange, spec.Exchange.Declare)
            else:
                connection.broker.declare_exchange(exchange, type, durable=durable, auto_delete=auto_delete)

    def exchange_delete(self, exchange: str, if_unused: bool = False, nowait: bool = False) -> None:
        """Remove an exchange."""
        with self.call() as connection:
            found = connection.broker.exchanges.get(exchange)
            if if_unused and found is not None and found.bindings:
                raise refusal("PRECONDITION_FAILED", f"exchange '{exchange}' in use", spec.Exchange.Delete)
            connection.broker.delete_exchange(exchange)

    def queue_declare(
        self,
        queue: str = "",
        passive: bool = False,
        durable: bool = False,
        exclusive: bool = False,
        auto_delete: bool = True,
        nowait: bool = False,
        arguments: dict[str, Any] | None = None,
    ) -> queue_declare_ok_t:
        """Make a queue, named by the broker if need be; with `passive` only ask about it."""
        with self.call() as connection:
            if passive:
                found = connection.broker.find(queue, connection, spec.Queue.Declare)
            else:
                wanted = {"durable": durable, "auto_delete": auto_delete, "arguments": dict(arguments or {})}
                found = connection.broker.declare_queue(queue, connection, exclusive=exclusive, wanted=wanted)
        self._last_queue = found.name
        found.pump()
        return queue_declare_ok_t(found.name, len(found.ready), len(found.consumers))

    def queue_bind(
        self,
        queue: str,
        exchange: str = "",
        routing_key: str = "",
        nowait: bool = False,
        arguments: dict[str, Any] | None = None,
    ) -> None:
        """Lead a routing key of an exchange to a queue."""
        with self.call() as connection:
            found = connection.broker.find(queue or self._last_queue, connection, spec.Queue.Bind)
            if not exchange:
                text = "operation not permitted on the default exchange"
                raise refusal("ACCESS_REFUSED", text, spec.Queue.Bind)
            connection.broker.exchange(exchange, spec.Queue.Bind).bind(found, routing_key)

    def queue_unbind(
        self, queue: str, exchange: str, routing_key: str = "", nowait: bool = False, arguments: Any = None
    ) -> None:
        """Take one binding away."""
        with self.call() as connection:
            found = connection.broker.queues.get(queue)
            source = connection.broker.exchanges.get(exchange)
            if found is not None and source is not None and source.unbind(found, routing_key):
                connection.broker.delete_exchange(exchange)

    def queue_delete(
        self, queue: str = "", if_unused: bool = False, if_empty: bool = False, nowait: bool = False
    ) -> int:
        """Remove a queue; returns how many messages were ready in it, 0 when there was no queue."""
        with self.call() as connection:
            name = queue or self._last_queue
            if name not in connection.broker.queues:
                return 0
            found = connection.broker.find(name, connection, spec.Queue.Delete)
            if (if_unused and found.consumers) or (if_empty and found.ready):
                raise refusal("PRECONDITION_FAILED", f"queue '{name}' in use or not empty", spec.Queue.Delete)
            return connection.broker.delete_queue(found)

    def queue_purge(self, queue: str = "", nowait: bool = False) -> int:
        """Drop what is ready in a queue; returns how many messages that were."""
        with self.call() as connection:
            return connection.broker.find(queue or self._last_queue, connection, spec.Queue.Purge).purge()

    def collect(self) -> None:
        """Be closed: what was not settled goes back to its queues."""
        connection, number = self.connection, self.channel_id
        if connection is None:
            return
        self.is_open, self.connection, self.channel_id = False, None, None
        self.reset()
        if connection.channels is not None and number is not None:
            connection.channels.pop(number, None)
        self.events.clear()

    def close(self) -> None:
        """Close the channel; closing it twice changes nothing."""
        self.collect()
