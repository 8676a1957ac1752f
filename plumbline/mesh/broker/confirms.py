"""Publishing with confirms: many messages at once, then one wait for all of them."""

from __future__ import annotations

from typing import Any

import eventlet
from kombu import Connection

from plumbline.mesh.broker.link import JSON, collect, read_only_by_us


class NotConfirmed(OSError):
    """The broker did not confirm in time; what it took is sent again, and the receivers notice."""


class Confirms:
    """A channel that publishes many messages and then waits for all confirms at once."""

    def __init__(self, url: str, heartbeat_s: int, patience_s: float) -> None:
        self.patience_s = patience_s
        self._connection = Connection(url, heartbeat=heartbeat_s, connect_timeout=3)
        with eventlet.Timeout(6, TimeoutError("no handshake in time")):
            read_only_by_us(self._connection.connection)
            self._channel = self._connection.channel()
            self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._acked)
        self._channel.events["basic_nack"].add(self._nacked)
        self._channel.events["basic_return"].add(self._came_back)
        self._tag = 0
        self._open: dict[int, int] = {}
        self._by_id: dict[str, int] = {}
        self.returned: set[int] = set()
        self.refused: set[int] = set()

    def publish(self, exchange: str, messages: list[tuple[int, str, str, bytes]]) -> None:
        """Publish (row, message id, routing key, body) each; returns when every one is confirmed or returned."""
        self.returned, self.refused, self._by_id = set(), set(), {}
        with eventlet.Timeout(self.patience_s, NotConfirmed("no confirm in time")):
            for row, message_id, key, body in messages:
                self._tag += 1
                self._open[self._tag], self._by_id[message_id] = row, row
                properties = {"delivery_mode": 2, "message_id": message_id}
                message = self._channel.prepare_message(
                    body, content_type=JSON, content_encoding="utf-8", headers={}, properties=properties
                )
                self._channel.basic_publish(message, exchange, key, True)
            while self._open:
                self._drain()

    def _drain(self) -> None:
        try:
            self._connection.drain_events(timeout=1)
        except TimeoutError:
            self._connection.heartbeat_check(rate=2)

    def idle(self) -> None:
        """Keep the connection alive while there is nothing to send; raises OSError and the like when it is dead."""
        self._connection.heartbeat_check(rate=2)
        try:
            self._connection.drain_events(timeout=0.001)
        except TimeoutError:
            return

    def _settle(self, tag: int, multiple: bool) -> list[int]:
        tags = [open_tag for open_tag in self._open if open_tag <= tag] if multiple else [tag]
        return [self._open.pop(one) for one in tags if one in self._open]

    def _acked(self, tag: int, multiple: bool) -> None:
        self._settle(tag, multiple)

    def _nacked(self, tag: int, multiple: bool) -> None:
        self.refused.update(self._settle(tag, multiple))

    def _came_back(self, _error: Any, _exchange: str, _key: str, message: Any) -> None:
        """A returned message is acked all the same: nobody has it."""
        row = self._by_id.get(message.properties.get("message_id", ""))
        if row is not None:
            self.returned.add(row)

    def close(self) -> None:
        """Drop the connection without a word."""
        collect(self._connection)
