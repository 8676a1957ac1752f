"""The memory of the in-process broker: named brokers with their exchanges, queues and connections."""

from __future__ import annotations

import errno
import uuid
from typing import TYPE_CHECKING, Any

from amqp import spec
from amqp.exceptions import AMQPError, ChannelError, ConnectionForced, NotFound, error_for_code

from plumbline.mesh.broker.inproc_exchange import TYPES, Exchange
from plumbline.mesh.broker.inproc_message import Letter
from plumbline.mesh.broker.inproc_queue import Queue

if TYPE_CHECKING:
    from plumbline.mesh.broker.inproc_connection import Connection

CODES = {
    "ACCESS_REFUSED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_LOCKED": 405,
    "PRECONDITION_FAILED": 406,
    "COMMAND_INVALID": 503,
    "NOT_ALLOWED": 530,
    "NOT_IMPLEMENTED": 540,
}
#: What a queue may be declared with; other arguments would be promises that nobody keeps here.
ARGUMENTS = ("x-queue-type", "x-expires", "x-dead-letter-exchange", "x-dead-letter-routing-key")


def refusal(code: str, text: str, method: tuple[int, int]) -> AMQPError:
    """The error a broker answers `method` with, as py-amqp raises it."""
    return error_for_code(CODES[code], f"{code} - {text}", method, ChannelError)


class Broker:
    """One independent broker. Everything happens at once and in memory; only deliveries wait for a drain."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.queues: dict[str, Queue] = {}
        self.exchanges: dict[str, Exchange] = {}
        self.connections: set[Connection] = set()
        self.refusing = False
        self.clear()

    def clear(self) -> None:
        """Back to how a new broker is; whoever is connected loses its connection."""
        self.drop_connections()
        for queue in list(self.queues.values()):
            self.delete_queue(queue)
        self.exchanges = {f"amq.{type}": Exchange(f"amq.{type}", type) for type in TYPES}
        self.refusing = False

    def refuse(self, refusing: bool = True) -> None:
        """Let new connections fail, as if the broker were down; or take them again."""
        self.refusing = refusing

    def admit(self, connection: Connection) -> None:
        """Let a connection in; raises ConnectionRefusedError while the broker refuses."""
        if self.refusing:
            raise ConnectionRefusedError(errno.ECONNREFUSED, f"the in-process broker {self.name!r} refuses connections")
        self.connections.add(connection)

    def drop_connections(self) -> None:
        """Restart: every connection is lost, and so is what is not durable or, on a durable queue, transient."""
        for connection in list(self.connections):
            connection.lose(lambda: ConnectionForced("CONNECTION_FORCED - broker forced connection closure"))
        for queue in list(self.queues.values()):
            if queue.durable:
                queue.forget_transient()
            else:
                self.delete_queue(queue)
        for exchange in [found for found in self.exchanges.values() if not found.durable]:
            del self.exchanges[exchange.name]

    def find(self, name: str, connection: Connection, method: tuple[int, int]) -> Queue:
        """The queue `name`, which must be there and free for `connection`."""
        queue = self.queues.get(name)
        if queue is None:
            raise refusal("NOT_FOUND", f"no queue '{name}' in vhost '{self.name}'", method)
        if queue.owner not in (None, connection):
            text = f"cannot obtain exclusive access to locked queue '{name}' in vhost '{self.name}'"
            raise refusal("RESOURCE_LOCKED", text, method)
        return queue

    def exchange(self, name: str, method: tuple[int, int]) -> Exchange:
        """The exchange `name`, which must be there."""
        try:
            return self.exchanges[name]
        except KeyError:
            text = f"no exchange '{name}' in vhost '{self.name}'"
            raise refusal("NOT_FOUND", text, method) from None

    def route(self, exchange: str, key: str) -> tuple[Queue, ...]:
        """The queues a letter goes to; raises NotFound where there is no such exchange."""
        if exchange:
            return self.exchange(exchange, spec.Basic.Publish).route(key)
        queue = self.queues.get(key)
        return () if queue is None else (queue,)

    def forward(self, letter: Letter) -> None:
        """Put a dead letter where it is addressed to; without such an exchange it is lost."""
        try:
            queues = self.route(letter.exchange, letter.routing_key)
        except NotFound:
            return
        for queue in queues:
            queue.put(letter)

    def declare_exchange(self, name: str, type: str, *, durable: bool, auto_delete: bool) -> None:
        """Make an exchange, or find that the one there is just so."""
        method = spec.Exchange.Declare
        if not name:
            raise refusal("ACCESS_REFUSED", "operation not permitted on the default exchange", method)
        if type not in TYPES:
            raise refusal("COMMAND_INVALID", f"unknown exchange type '{type}'", method)
        if name not in self.exchanges:
            self._not_reserved(name, method)
        found = self.exchanges.setdefault(name, Exchange(name, type, durable=durable, auto_delete=auto_delete))
        wanted = {"type": type, "durable": durable, "auto_delete": auto_delete}
        self._same(f"exchange '{name}'", found, wanted, method)

    def delete_exchange(self, name: str) -> None:
        """Remove an exchange with its bindings, if it is there."""
        self.exchanges.pop(name, None)

    def declare_queue(self, name: str, connection: Connection, *, exclusive: bool, wanted: dict[str, Any]) -> Queue:
        """Make a queue, or find that the one there is just so and free for `connection`."""
        method = spec.Queue.Declare
        if name:
            self._not_reserved(name, method)
        name = name or f"amq.gen-{uuid.uuid4().hex}"
        unknown = [argument for argument in wanted["arguments"] if argument not in ARGUMENTS]
        if unknown:
            raise refusal("NOT_IMPLEMENTED", f"arguments {unknown} of queue '{name}'", method)
        if wanted["arguments"].get("x-queue-type") == "quorum" and (exclusive or not wanted["durable"]):
            raise refusal("PRECONDITION_FAILED", f"a quorum queue lasts and is shared: '{name}'", method)
        if name not in self.queues:
            self.queues[name] = Queue(self, name, owner=connection if exclusive else None, **wanted)
        queue = self.find(name, connection, method)
        self._same(f"queue '{name}'", queue, wanted, method)
        if exclusive and queue.owner is None:
            raise refusal("RESOURCE_LOCKED", f"queue '{name}' is shared already", method)
        queue.touch()
        return queue

    def delete_queue(self, queue: Queue) -> int:
        """Remove a queue with its bindings; returns how many messages were ready in it."""
        if queue.deleted:
            return 0
        del self.queues[queue.name]
        for exchange in list(self.exchanges.values()):
            if exchange.unbind(queue):
                self.delete_exchange(exchange.name)
        held = len(queue.ready)
        queue.retire()
        return held

    def _not_reserved(self, name: str, method: tuple[int, int]) -> None:
        if name.startswith("amq."):
            raise refusal("ACCESS_REFUSED", f"the name '{name}' contains reserved prefix 'amq.*'", method)

    def _same(self, what: str, found: Any, wanted: dict[str, Any], method: tuple[int, int]) -> None:
        for name, value in wanted.items():
            current = getattr(found, name)
            if current != value:
                text = (
                    f"inequivalent arg '{name}' for {what} in vhost '{self.name}': received '{value}' but current is "
                )
                raise refusal("PRECONDITION_FAILED", f"{text}'{current}'", method)


_BROKERS: dict[str, Broker] = {}


def broker(name: str = "/") -> Broker:
    """The broker of that name; `/` is the process's own."""
    if name not in _BROKERS:
        _BROKERS[name] = Broker(name)
    return _BROKERS[name]


def reset(name: str = "/") -> None:
    """Empty a broker and cut off whoever is connected to it."""
    broker(name).clear()
