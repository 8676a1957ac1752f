"""A connection to the in-process broker: what its channels are owed comes out of `drain_events`, one at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import count
from time import monotonic
from typing import Any, Protocol

import eventlet
from amqp.exceptions import AMQPError, RecoverableConnectionError
from eventlet.event import Event

from plumbline.mesh.broker.inproc_broker import Broker
from plumbline.mesh.broker.inproc_channel import Channel

#: A drain that has had the hub for this long lets the others run before it goes on.
TURN_S = 0.005
#: So does a publisher after this many messages.
PUBLISHES_PER_TURN = 64


class Source(Protocol):
    """Something with events for the connection; it announces itself while it has any."""

    def dispatch(self) -> bool:
        """Hand over one event, after announcing itself again if it has more; false when there was none."""


class Notices:
    """What the broker tells the client besides deliveries: returns, confirms, cancelled consumers, closed channels."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.waiting: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()

    def add(self, tell: Callable[..., None], *args: Any) -> None:
        """Have `tell(*args)` called by whoever drains."""
        self.waiting.append((tell, args))
        if len(self.waiting) == 1:
            self.connection.announce(self)

    def dispatch(self) -> bool:
        """Tell the oldest."""
        tell, args = self.waiting.popleft()
        if self.waiting:
            self.connection.announce(self)
        tell(*args)
        return True


class Connection:
    """One client of a broker, shaped like amqp.Connection."""

    heartbeat = 0

    def __init__(self, broker: Broker, client: Any, *, confirm_publish: bool = False) -> None:
        self.broker, self.client, self.confirm_publish = broker, client, confirm_publish
        self.virtual_host = broker.name
        self.channels: dict[int, Channel] | None = {}
        self.notices = Notices(self)
        self._ids = count(1)
        self._loss: Callable[[], AMQPError] | None = None
        self._unheard = False
        self._ready: deque[Source] = deque()
        self._bell: Event | None = None
        self._turn_began = 0.0
        self._published = 0
        broker.admit(self)

    @property
    def connected(self) -> bool:
        """Whether it is a connection as far as its client has heard.

        A client that was not told yet must run into the loss; kombu would else connect anew behind its back.
        """
        return self._loss is None or self._unheard

    def channel(self, channel_id: int | None = None) -> Channel:
        """The channel of that number, or a new one."""
        if self.channels is None:
            raise self.lost()
        if channel_id in self.channels:
            return self.channels[channel_id]
        number = channel_id or next(number for number in self._ids if number not in self.channels)
        self.channels[number] = Channel(self, number)
        return self.channels[number]

    def drain_events(self, timeout: float | None = None) -> None:
        """Wait for one event and handle it; raises socket.timeout, or the connection's end."""
        deadline = None if timeout is None else monotonic() + timeout
        if timeout is not None and timeout <= 0 and not self._ready:
            self._rest()  # a caller that only looks must let the others run too
        while not self.step(deadline):
            pass

    def step(self, deadline: float | None) -> bool:
        """Handle one event (true), or wait until there may be one or somebody has handled one (false)."""
        if self._loss is not None:
            raise self.lost()
        if not self._ready:
            self._wait(deadline)
            return False
        if monotonic() - self._turn_began > TURN_S:
            self._rest()
            return False
        return self._ready.popleft().dispatch()

    def announce(self, source: Source) -> None:
        """Queue up a source that has something; sources take turns."""
        self._ready.append(source)
        self.ring()

    def ring(self) -> None:
        """Wake every greenlet that waits in a drain."""
        bell, self._bell = self._bell, None
        if bell is not None:
            bell.send()

    def breathe(self) -> None:
        """Let the hub run now and then under a publisher that never waits for anything."""
        self._published += 1
        if not self._published % PUBLISHES_PER_TURN:
            eventlet.sleep(0)

    def close(self) -> None:
        """Say goodbye; who drains it elsewhere gets an error."""
        self.lose(lambda: RecoverableConnectionError("connection already closed"))
        self._unheard = False

    collect = close

    def lose(self, reason: Callable[[], AMQPError]) -> None:
        """End the connection: what it held goes back to its queues, its exclusive queues vanish."""
        if self._loss is not None:
            return
        self._loss, self._unheard = reason, True
        self.broker.connections.discard(self)
        for channel in list((self.channels or {}).values()):
            channel.collect()
        self.channels = None
        for queue in [found for found in self.broker.queues.values() if found.owner is self]:
            self.broker.delete_queue(queue)
        self._ready.clear()
        self.ring()

    def lost(self) -> AMQPError:
        """Why nothing goes over this connection any more; now its client has heard."""
        self._unheard = False
        return self._loss() if self._loss is not None else RecoverableConnectionError("connection already closed")

    def send_heartbeat(self) -> None:
        """Nothing to prove: both ends are one process."""

    def heartbeat_tick(self, rate: int = 2) -> None:
        """Nothing to miss: both ends are one process."""

    def _rest(self) -> None:
        eventlet.sleep(0)
        self._turn_began = monotonic()

    def _wait(self, deadline: float | None) -> None:
        left = None if deadline is None else deadline - monotonic()
        if left is not None and left <= 0:
            raise TimeoutError("timed out")
        if self._bell is None:
            self._bell = Event()
        self._bell.wait(left)
        self._turn_began = monotonic()
