"""The dead letters of a service: messages that are no events, kept for a person; nothing leaves them by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import eventlet
from kombu import Connection

from plumbline.mesh.broker.link import collect
from plumbline.mesh.broker.topology import dead_queue

PATIENCE_S = 10.0


def bury(url: str, service: str, queue: str, dead: Sequence[tuple[Any, str]]) -> None:
    """Put messages of `queue` away, each with the reason why; raises unless the broker has all of them.

    The in-process broker confirms what somebody has received, and nobody receives from this queue; there, what is
    published is in the queue at once.
    """
    confirm = not url.startswith("inproc")
    connection = Connection(url, connect_timeout=3, transport_options={"confirm_publish": confirm})
    try:
        with eventlet.Timeout(PATIENCE_S, TimeoutError("the dead-letter queue does not answer")):
            channel = connection.channel()
            channel.queue_declare(dead_queue(service), passive=True)  # without it they would be confirmed and lost
            for message, reason in dead:
                headers = {"reason": reason[:200], "queue": queue}
                body = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
                copy = channel.prepare_message(body, headers=headers, properties={"delivery_mode": 2})
                channel.basic_publish(copy, "", dead_queue(service))
    finally:
        collect(connection)
