"""The socket of a connection to the broker: read in large pieces, written once per turn of the hub."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import amqp
import eventlet
from amqp.method_framing import frame_writer
from amqp.transport import TCPTransport
from eventlet.event import Event
from eventlet.hubs import trampoline
from kombu import Connection

from plumbline.mesh.broker import frames
from plumbline.mesh.broker.frames import AROUND, BODY, DELIVER, END, HEAD, HEADER, METHOD, Delivery
from plumbline.mesh.broker.turns import at_end

PIECE = 65536
#: With so much unsent, whoever wants to send more waits.
MOST_UNSENT = 4 * 1024 * 1024


class Line:
    """Takes over reading and writing from py-amqp once the connection stands.

    Calls, replies, deliveries and acknowledgements are handled here; every other frame is still py-amqp's, whose
    writes take the same way, so that frames never mix.
    """

    def __init__(self, connection: amqp.Connection, failed: Callable[[Exception], None]) -> None:
        self._connection, self._failed = connection, failed
        transport = connection.transport
        self._transport, self._socket = transport, transport.sock
        self._direct = type(transport) is TCPTransport  # TLS has to be written by a greenlet that can wait
        self._unread, transport._read_buffer = transport._read_buffer, b""
        self._partial: dict[int, Delivery] = {}
        self._emptied = False
        self._unsent: list[bytes] = []
        self._size = 0
        self._scheduled = self._pushing = False
        self._room: Event | None = None
        self._error: Exception | None = None
        #: Since when a write has made no progress; None while nothing is being written.
        self.stuck_since: float | None = None
        transport.write = self.write
        connection.frame_writer = frame_writer(connection, transport)

    def publish(self, channel: Any, key: str, body: bytes, mandatory: bool, **properties: Any) -> None:
        """Send transient JSON to a queue; raises OSError when the connection broke."""
        if channel.connection is None:
            raise OSError("the channel was closed")
        if self._size > MOST_UNSENT:
            self._wait_for_room()
        wire = frames.transient(**properties)
        self.write(frames.publish(channel.channel_id, key, mandatory, wire, body, self._connection.frame_max))

    def ack(self, channel: Any, tag: int) -> None:
        """Acknowledge one delivery."""
        if channel.connection is not None:
            self.write(frames.ack(channel.channel_id, tag))

    def write(self, data: bytes | memoryview) -> None:
        """Have these bytes sent with whatever else is written in this turn of the hub; raises OSError when it broke."""
        if self._error is not None:
            raise OSError(f"the connection broke: {self._error!r}")
        self._unsent.append(bytes(data))
        self._size += len(data)
        self._connection.bytes_sent += 1
        if not self._scheduled and not self._pushing:
            self._scheduled = True
            at_end(self._flush)

    def _wait_for_room(self) -> None:
        self._room = self._room or Event()
        self._room.wait()

    def _flush(self) -> None:
        """Runs in the hub itself, so it must not wait: what the socket does not take at once, a greenlet pushes."""
        self._scheduled = False
        if self._error is not None:
            return
        data, sent = self._take(), 0
        try:
            if self._direct:
                sent = self._socket.fd.send(data)
        except BlockingIOError:
            sent = 0
        except Exception as error:
            self._broke(error)
            return
        self._size -= sent
        if sent < len(data):
            self._pushing, self.stuck_since = True, time.monotonic()
            eventlet.spawn_n(self._push, data[sent:])

    def _take(self) -> bytes:
        data = self._unsent[0] if len(self._unsent) == 1 else b"".join(self._unsent)
        self._unsent.clear()
        return data

    def _push(self, data: bytes) -> None:
        try:
            while data and self._error is None:
                sent = self._socket.send(data)
                self._size -= sent
                self.stuck_since = time.monotonic()
                data = data[sent:] or self._take()
        except Exception as error:
            self._broke(error)
        self._pushing, self.stuck_since = False, None
        self._let_in()

    def _let_in(self) -> None:
        room, self._room = self._room, None
        if room is not None:
            room.send(None)

    def _broke(self, error: Exception) -> None:
        if self._error is None:
            self.close(error)
            self._failed(error)

    def close(self, error: Exception | None = None) -> None:
        """Send nothing more."""
        self._error = self._error or error or ConnectionError("it was given up")
        self._unsent.clear()
        self._let_in()

    def hand_back(self) -> None:
        """Let py-amqp read again, from where reading stopped."""
        self._transport._read_buffer = self._unread

    def read(self) -> None:
        """Wait for the broker and handle what it sent; raises OSError and py-amqp's errors when that was the end."""
        if self._emptied:  # asking the socket first would only cost a call
            trampoline(self._socket.fd, read=True)
        data = self._socket.recv(PIECE)
        self._emptied = self._direct and len(data) < PIECE
        if not data:
            raise ConnectionResetError("the broker closed the connection")
        data, at = self._unread + data, 0
        while len(data) - at >= AROUND:
            kind, channel, size = HEAD.unpack_from(data, at)
            stop = at + HEAD.size + size
            if stop >= len(data):
                break
            if data[stop] != END:
                raise amqp.exceptions.UnexpectedFrame("no end where the frame should end")
            self._handle(kind, channel, data[at + HEAD.size : stop])
            at = stop + 1
        self._unread = data[at:]

    def _handle(self, kind: int, channel: int, payload: bytes) -> None:
        partial = self._partial.get(channel)
        if partial is None:
            if kind == METHOD and payload[:4] == DELIVER:
                self._partial[channel] = Delivery(self._connection.channels[channel], payload)
                self._connection.bytes_recv += 1
            else:
                self._connection.on_inbound_frame((kind, channel, payload))
            return
        if kind == BODY:
            partial.add(payload)
        elif kind == HEADER:
            partial.header(payload)
        else:
            raise amqp.exceptions.UnexpectedFrame("another frame within a delivery")
        if partial.complete:
            del self._partial[channel]
            self._deliver(partial)

    def _deliver(self, delivery: Delivery) -> None:
        consumer = delivery.channel.callbacks.get(delivery.delivery_info["consumer_tag"])
        if consumer is None:  # cancelled while it was on its way
            delivery.channel.basic_reject(delivery.delivery_tag, requeue=True)
        else:
            consumer(delivery)


class PlainLine:
    """A connection that has no socket: the same by its channels."""

    stuck_since = None

    def __init__(self, connection: Connection) -> None:
        self.read = connection.drain_events

    def publish(
        self, channel: Any, key: str, body: bytes, mandatory: bool, headers: Any = None, **properties: Any
    ) -> None:
        """Send transient JSON to a queue."""
        message = channel.prepare_message(
            body,
            content_type="application/json",
            content_encoding="utf-8",
            headers=headers or {},
            properties={"delivery_mode": 1, **properties},
        )
        channel.basic_publish(message, "", key, mandatory)

    def ack(self, channel: Any, tag: int) -> None:
        """Acknowledge one delivery."""
        channel.basic_ack(tag)

    def close(self) -> None:
        """Nothing is kept here."""

    hand_back = close


def line_of(connection: Connection, failed: Callable[[Exception], None]) -> Line | PlainLine:
    """How to use this connection, which stands; `failed` hears of a write that broke it."""
    driver = connection.connection
    return Line(driver, failed) if isinstance(driver, amqp.Connection) else PlainLine(connection)
