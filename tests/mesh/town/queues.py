"""The broker as a stranger with a connection sees it: may read, empty and remove queues, and send what it likes."""

from __future__ import annotations

from typing import Any

import orjson
from kombu import Connection

from plumbline.mesh.broker import inproc  # noqa: F401 - registers the in-process transport

JSON = "application/json"


class Queues:
    """One connection with one channel; close it, or use it as a context manager."""

    def __init__(self, url: str) -> None:
        self._connection = Connection(url)
        self.channel: Any = self._connection.channel()

    def __enter__(self) -> Queues:
        return self

    def __exit__(self, *exc_info: Any) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye."""
        self._connection.release()

    def put(self, queue: str, body: bytes | str, *, exchange: str = "", headers: Any = None, **properties: Any) -> None:
        """Send one message as it is; properties that are None are left away."""
        given = {"content_type": JSON, "delivery_mode": 2, **properties}
        given = {name: value for name, value in given.items() if value is not None}
        about = {name: given.pop(name, None) for name in ("content_type", "content_encoding")}
        message = self.channel.prepare_message(body, headers=headers, properties=given, **about)
        self.channel.basic_publish(message, exchange, queue)

    def send(self, queue: str, *events: dict[str, Any]) -> None:
        """Send events in their wire form, in this order."""
        for event in events:
            self.put(queue, orjson.dumps(event))

    def count(self, queue: str) -> int:
        """How many messages wait in a queue, not counting those a consumer has."""
        return self.channel.queue_declare(queue, passive=True).message_count

    def purge(self, queue: str) -> int:
        """Lose what waits in a queue; returns how many messages that were."""
        return self.channel.queue_purge(queue)

    def delete(self, queue: str) -> None:
        """Remove a queue with what is in it."""
        self.channel.queue_delete(queue)

    def take(self, queue: str) -> Any:
        """The oldest message of a queue, or None; it is gone from the queue."""
        return self.channel.basic_get(queue, no_ack=True)
