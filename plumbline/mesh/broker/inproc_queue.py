"""Queues of the in-process broker, and the consumers they hand their messages out to in turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from time import monotonic
from typing import TYPE_CHECKING, Any

from eventlet.hubs import get_hub

from plumbline.mesh.broker.inproc_message import Copy, Letter, Receipt

if TYPE_CHECKING:
    from plumbline.mesh.broker.inproc_broker import Broker
    from plumbline.mesh.broker.inproc_connection import Connection
    from plumbline.mesh.broker.inproc_receiver import Receiver


class Consumer:
    """One subscription to a queue; what the queue sets aside for it waits here until its connection drains."""

    __slots__ = ("channel", "connection", "exclusive", "held", "limit", "listed", "no_ack", "queue", "tag", "waiting")

    def __init__(self, channel: Receiver, queue: Queue, tag: str, *, no_ack: bool, exclusive: bool, limit: int) -> None:
        self.channel, self.connection, self.queue, self.tag = channel, channel.usable(), queue, tag
        self.no_ack, self.exclusive = no_ack, exclusive
        self.limit = 0 if no_ack else limit
        self.held = 0  # set aside or delivered, and not yet settled
        self.waiting: deque[Copy] = deque()
        self.listed = False

    @property
    def has_room(self) -> bool:
        """Whether its prefetch allows one more."""
        return not self.limit or self.held < self.limit

    def take(self, copy: Copy) -> None:
        """Set a copy aside for this consumer."""
        copy.consumer = self
        self.held += 1
        self.waiting.append(copy)
        if not self.listed:
            self.listed = True
            self.connection.announce(self)

    def dispatch(self) -> bool:
        """Deliver the oldest copy whose time is not over; false when there is none."""
        while self.waiting:
            copy = self.waiting.popleft()
            if copy.expired:
                copy.queue.bury(copy, "expired")
                self.let_go()
                continue
            if self.waiting:
                self.connection.announce(self)
            else:
                self.listed = False
            self.channel.deliver(self, copy)
            return True
        self.listed = False
        return False

    def let_go(self) -> None:
        """One copy fewer is held; the queue may have another."""
        self.held -= 1
        if self.queue.ready:
            self.queue.pump()

    def leave(self) -> list[Copy]:
        """Stop consuming; returns what was set aside and never delivered."""
        self.queue.remove(self)
        undelivered = list(self.waiting)
        self.waiting.clear()
        self.held -= len(undelivered)
        return undelivered


class Queue:
    """A queue: copies in order, consumers in turn. `owner` is the connection that has it to itself, if one has."""

    def __init__(
        self,
        broker: Broker,
        name: str,
        *,
        durable: bool,
        owner: Connection | None,
        auto_delete: bool,
        arguments: dict[str, Any],
    ) -> None:
        self.broker, self.name = broker, name
        self.durable, self.owner, self.auto_delete = durable, owner, auto_delete
        self.arguments = arguments
        # A confirm waits for what a lasting queue holds; one that may expire unused is as passing as a transient one.
        self.lasting = durable and owner is None and "x-expires" not in arguments
        self.quorum = arguments.get("x-queue-type") == "quorum"
        self.ready: deque[Copy] = deque()
        self.consumers: deque[Consumer] = deque()
        self.deleted = False
        self._places = 0
        self._expiry: Any = None  # the hub's timer for the head of the queue
        self._expires_at = 0.0
        self._idle: Any = None  # the hub's timer for `x-expires`
        self.touch()

    def put(self, letter: Letter, receipt: Receipt | None = None) -> None:
        """Take in a copy of its own of a letter."""
        self._places += 1
        self.ready.append(Copy(letter, self, self._places, receipt))
        self.pump()

    def put_back(self, copies: Iterable[Copy]) -> None:
        """Return copies to where they were: before everything that came later."""
        back = sorted(copies, key=lambda copy: copy.place)
        if self.deleted:
            for copy in back:
                copy.settle()
            return
        for copy in back:
            if copy.consumer is not None:
                copy.consumer.held -= 1
            copy.redelivered, copy.consumer = True, None
        last = back[-1].place if back else 0
        while self.ready and self.ready[0].place < last:
            back.append(self.ready.popleft())
        back.sort(key=lambda copy: copy.place)
        self.ready.extendleft(reversed(back))
        self.pump()

    def pump(self) -> None:
        """Hand out what is ready to the consumers that have room, one each in turn."""
        ready = self.ready
        while ready:
            if ready[0].expired:
                self.bury(ready.popleft(), "expired")
                continue
            consumer = self._next_consumer()
            if consumer is None:
                break
            consumer.take(ready.popleft())
        if ready and ready[0].expires_at is not None:
            self._watch_head()

    def take_one(self) -> Copy | None:
        """The oldest copy, for somebody who asks once."""
        self.touch()
        self.pump()
        return self.ready.popleft() if self.ready else None

    def bury(self, copy: Copy, reason: str) -> None:
        """Be done with a copy nobody acked: to the dead letters where the queue has some, else dropped."""
        exchange = self.arguments.get("x-dead-letter-exchange")
        if exchange is not None:
            key = self.arguments.get("x-dead-letter-routing-key", copy.letter.routing_key)
            self.broker.forward(copy.letter.forwarded(self.name, reason, exchange, key))
        copy.settle()

    def purge(self) -> int:
        """Drop what no consumer holds; returns how many that were."""
        dropped = list(self.ready)
        self.ready.clear()
        for copy in dropped:
            copy.settle()
        return len(dropped)

    def forget_transient(self) -> None:
        """Lose what a restart loses; a quorum queue writes everything down."""
        if self.quorum:
            return
        copies = list(self.ready)
        self.ready.clear()
        for copy in copies:
            if copy.letter.transient:
                copy.settle()
            else:
                self.ready.append(copy)

    def add(self, consumer: Consumer) -> None:
        """Let a consumer have its turn."""
        self.consumers.append(consumer)
        self.touch()
        self.pump()

    def remove(self, consumer: Consumer) -> None:
        """Forget a consumer; an auto-delete queue goes with its last one."""
        if consumer not in self.consumers:
            return
        self.consumers.remove(consumer)
        self.touch()
        if self.auto_delete and not self.consumers:
            self.broker.delete_queue(self)

    def touch(self) -> None:
        """Begin anew to count how long nobody has used the queue (`x-expires`)."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if "x-expires" in self.arguments and not self.consumers and not self.deleted:
            left = self.arguments["x-expires"] / 1000
            self._idle = get_hub().schedule_call_global(left, self.broker.delete_queue, self)

    def retire(self) -> None:
        """End of the queue: everything ready is settled, the consumers are told."""
        self.deleted = True
        self.purge()
        for timer in (self._expiry, self._idle):
            if timer is not None:
                timer.cancel()
        for consumer in list(self.consumers):
            self.consumers.remove(consumer)
            consumer.channel.cancelled(consumer)

    def _next_consumer(self) -> Consumer | None:
        consumers = self.consumers
        for _ in range(len(consumers)):
            consumer = consumers[0]
            consumers.rotate(-1)
            if consumer.has_room:
                return consumer
        return None

    def _watch_head(self) -> None:
        at = self.ready[0].expires_at
        if at is None or (self._expiry is not None and self._expires_at <= at):
            return
        if self._expiry is not None:
            self._expiry.cancel()
        self._expires_at = at
        self._expiry = get_hub().schedule_call_global(max(at - monotonic(), 0), self._head_expired)

    def _head_expired(self) -> None:
        self._expiry = None
        self.pump()
