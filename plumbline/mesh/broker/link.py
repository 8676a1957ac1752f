"""A connection to the broker that is read all the time, notices its own death, and comes back."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, Protocol

import eventlet
from eventlet.event import Event
from kombu import Connection

from plumbline.mesh import metrics
from plumbline.mesh.broker import inproc  # noqa: F401 - registers the in-process transport
from plumbline.mesh.broker.line import Line, PlainLine, line_of
from plumbline.mesh.errors import MeshError
from plumbline.mesh.logs import get_logger

log = get_logger(__name__)

#: A write that has waited this long for the socket means that nobody reads at the other end.
STALLED_WRITE_S = 1.0
JSON = "application/json"


class LinkDown(MeshError):
    """The link has no connection, or the broker takes nothing in at the moment."""


class Channeled(Protocol):
    """What uses a channel of a link: opened afresh on every connection."""

    def opened(self, channel: Any) -> None:
        """Declare, consume; runs before the link counts as up."""

    def lost(self) -> None:
        """The channel is gone with all that was under way on it."""


class Link:
    """One connection with its reader and its pulse; `users` get a channel each on every connection.

    Any greenlet may publish and acknowledge; over a socket all of it goes out together, once per turn of the hub.
    """

    def __init__(self, url: str, name: str, *, heartbeat_s: int = 10, connect_timeout_s: float = 3) -> None:
        self.url, self.name = url, name
        self.heartbeat_s, self.connect_timeout_s = heartbeat_s, connect_timeout_s
        self.users: list[Channeled] = []
        self.blocked = False
        self.watchers: list[Callable[[], None]] = []
        self._connection: Any = None
        self._reader: Any = None
        self._line: Line | PlainLine | None = None
        self._stopping = False
        self._connections = 0
        self._up = Event()
        self._thread: Any = None

    @property
    def up(self) -> bool:
        """Whether something sent now would reach the broker, as far as this side can know."""
        return self.connected and not self.blocked

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""
        return self._connection is not None

    def add(self, user: Channeled) -> None:
        """Give `user` a channel on this and every later connection; call before `start`."""
        self.users.append(user)

    def start(self) -> None:
        """Connect, and keep connected, in the background."""
        self._thread = eventlet.spawn(self._run)

    def wait_up(self, timeout_s: float) -> bool:
        """Wait until the link is up; false when it is not up in time."""
        if self.up:
            return True
        with eventlet.Timeout(max(timeout_s, 0), False):
            while not self.up and not self._stopping:
                self._up.wait()
            return self.up
        return False

    def stop(self) -> None:
        """Close the connection for good."""
        self._stopping = True
        connection, self._connection = self._connection, None
        if self._thread is not None:
            self._thread.kill()
        if self._reader is not None:
            self._reader.kill()
        if self._line is not None:
            self._line.hand_back()
        if connection is not None:
            _politely_close(connection)

    def publish(self, channel: Any, key: str, body: bytes, *, mandatory: bool = False, **properties: Any) -> None:
        """Send transient JSON to a queue; raises LinkDown when it was certainly not sent, OSError when that is unknown.

        `properties` are correlation_id, reply_to, expiration and headers, a table of texts.
        """
        if self._line is None or self.blocked or channel is None:
            raise LinkDown(f"{self.name}: blocked by the broker" if self.blocked else f"{self.name}: no connection")
        try:
            self._line.publish(channel, key, body, mandatory, **properties)
        except eventlet.Timeout:
            raise
        except Exception as error:
            raise OSError(f"{self.name}: {error!r}") from error

    def ack(self, channel: Any, tag: int) -> None:
        """Acknowledge one delivery."""
        if self._line is not None:
            self._line.ack(channel, tag)

    def fail(self, reason: str) -> None:
        """Drop the connection the hard way; the reader notices and connects anew."""
        log.warning("link_dropped", link=self.name, reason=reason)
        if self._connection is not None:
            collect(self._connection)
        if self._reader is not None:
            self._reader.kill()

    def _run(self) -> None:
        pause = 0.05
        while not self._stopping:
            try:
                self._connect()
                pause = 0.05
                self._reader = eventlet.spawn(self._read, self._line)
                self._pulse()
            except Exception as error:
                log.warning("link_down", link=self.name, error=type(error).__name__, detail=str(error)[:200])
            self._lose()
            eventlet.sleep(pause * (0.5 + random.random()))
            pause = min(pause * 2, 2.0)

    def _connect(self) -> None:
        connection = Connection(
            self.url,
            heartbeat=self.heartbeat_s,
            connect_timeout=self.connect_timeout_s,
            transport_options={"on_blocked": self._on_blocked, "on_unblocked": self._on_unblocked},
        )
        try:
            with eventlet.Timeout(2 * self.connect_timeout_s, TimeoutError(f"{self.name}: no handshake in time")):
                read_only_by_us(connection.connection)
                for user in self.users:
                    user.opened(connection.channel())
        except BaseException:
            collect(connection)
            raise
        self._line = line_of(connection, lambda error: eventlet.spawn_n(self.fail, repr(error)))
        self._connection, self.blocked = connection, False
        if self._connections:
            service, _, direction = self.name.rpartition(".")
            metrics.link(service, direction).reconnects.inc()
        self._connections += 1
        log.info("link_up", link=self.name)
        self._changed()

    def _read(self, line: Line | PlainLine) -> None:
        try:
            while True:
                line.read()
        except Exception as error:
            if not self._stopping:
                log.warning("link_lost", link=self.name, error=type(error).__name__, detail=str(error)[:200])

    def _pulse(self) -> None:
        """Watch the connection until its reader ends: heartbeats, and writes that hang."""
        ticks = 0
        while not self._reader.dead:
            eventlet.sleep(0.25)
            ticks += 1
            stuck = self._line.stuck_since if self._line is not None else None
            if stuck is not None and time.monotonic() - stuck > STALLED_WRITE_S:
                raise TimeoutError("a write hangs")
            if ticks % 4 == 0 and self._connection is not None:
                with eventlet.Timeout(STALLED_WRITE_S, TimeoutError("a heartbeat hangs")):
                    self._connection.heartbeat_check(rate=2)

    def _lose(self) -> None:
        connection, self._connection = self._connection, None
        if self._reader is not None:
            self._reader.kill()
            self._reader = None
        if connection is None:
            return
        line, self._line = self._line, None
        if line is not None:
            line.close()
        collect(connection)
        for user in self.users:
            user.lost()
        self._changed()

    def _on_blocked(self, reason: str) -> None:
        log.warning("link_blocked", link=self.name, reason=reason)
        self.blocked = True
        self._changed()

    def _on_unblocked(self) -> None:
        log.info("link_unblocked", link=self.name)
        self.blocked = False
        self._changed()

    def _changed(self) -> None:
        if self.up:
            up, self._up = self._up, Event()
            up.send(None)
        for watcher in self.watchers:
            watcher()


def read_only_by_us(connection: Any) -> None:
    """Keep py-amqp from reading the socket before each publish: a second reader beside ours is an error.

    It does so to see `connection.blocked` early; our reader sees that anyway. The broker was told of the
    capability in the handshake, so forgetting it here changes nothing for it.
    """
    properties = getattr(connection, "client_properties", None)
    if properties and "capabilities" in properties:
        capabilities = {**properties["capabilities"], "connection.blocked": False}
        connection.client_properties = {**properties, "capabilities": capabilities}


def collect(connection: Any) -> None:
    """Close without a word to the broker, which may not be listening."""
    try:
        with eventlet.Timeout(1.0, False):
            connection.collect(socket_timeout=0.2)
    except Exception as error:
        log.debug("link_collect", error=type(error).__name__)


def _politely_close(connection: Any) -> None:
    """Say goodbye, within a bound."""
    try:
        with eventlet.Timeout(1.0, False):
            connection.release()
            return
    except Exception as error:
        log.debug("link_close", error=type(error).__name__)
    collect(connection)
