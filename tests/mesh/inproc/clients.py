"""What the tests of the transport do with either broker: small clients that note what they are told."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import amqp
import eventlet
from kombu import Connection

PATIENCE_S = 5.0
LOOK_S = 0.02
QUIET_S = {"amqp": 0.25, "inproc": 0.02}  # what happens in this process has happened already


class Client:
    """One connection with one channel; remembers its lasting queues and exchanges, so that they can be removed."""

    def __init__(self, url: str, **options: Any) -> None:
        self.url = url
        self.connection = Connection(url, **options)
        self.channel = self.connection.channel()
        self.queues: list[str] = []
        self.exchanges: list[str] = []
        self.acked: list[int] = []
        self.returned: list[tuple[str, str, str]] = []

    def queue(self, *bindings: tuple[str, str], **options: Any) -> str:
        """Declare a lasting queue of a name of its own; `bindings` are (exchange, key)."""
        options = {"durable": True, "auto_delete": False, **options}
        name = self.channel.queue_declare(f"test-{uuid.uuid4().hex}", **options).queue
        self.queues.append(name)
        for exchange, key in bindings:
            self.channel.queue_bind(name, exchange, key)
        return name

    def exchange(self, type: str) -> str:
        """Declare an exchange of a name of its own."""
        name = f"test-{uuid.uuid4().hex}"
        self.channel.exchange_declare(name, type, durable=True, auto_delete=False)
        self.exchanges.append(name)
        return name

    def publish(self, body: str, key: str, exchange: str = "", *, mandatory: bool = False, **properties: Any) -> None:
        """Publish text as bytes, persistent unless told otherwise."""
        message = amqp.Message(body.encode(), **{"delivery_mode": 2, **properties})
        self.channel.basic_publish(message, exchange, key, mandatory)

    def confirm(self) -> None:
        """Note confirms and returns from now on, each in the order of arrival."""
        self.channel.confirm_select()
        self.channel.events["basic_ack"].add(self._note_acks)
        self.channel.events["basic_return"].add(self._note_return)

    def consume(self, queue: str, *, prefetch: int = 0, ack: bool = False, **options: Any) -> list[amqp.Message]:
        """Consume `queue`; the list grows as messages arrive."""
        arrived: list[amqp.Message] = []

        def note(message: amqp.Message) -> None:
            arrived.append(message)
            if ack:
                message.channel.basic_ack(message.delivery_tag)

        self.channel.basic_qos(0, prefetch, False)
        self.channel.basic_consume(queue, callback=note, **options)
        return arrived

    def ready(self, queue: str) -> int:
        """How many messages are ready in `queue`."""
        return self.channel.queue_declare(queue, passive=True).message_count

    def clean(self) -> None:
        """Disconnect, and remove what this client declared."""
        self.connection.release()
        if not self.queues and not self.exchanges:
            return
        with Connection(self.url) as connection:
            channel = connection.channel()
            for queue in self.queues:
                channel.queue_delete(queue)
            for exchange in self.exchanges:
                channel.exchange_delete(exchange)

    def _note_acks(self, tag: int, multiple: bool) -> None:
        self.acked += range(max(self.acked, default=0) + 1, tag + 1) if multiple else [tag]

    def _note_return(self, error: Exception, exchange: str, key: str, message: amqp.Message) -> None:
        assert "NO_ROUTE" in str(error)
        self.returned.append((exchange, key, message.body))
        self.acked.append(0)  # marks when it came, among the acks


def bodies(messages: list[amqp.Message]) -> list[str]:
    """What the messages say."""
    return [message.body.decode() for message in messages]


def until(condition: Callable[[], Any], *clients: Client) -> None:
    """Drain all `clients` until the condition holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "what the test waits for did not happen"
        for client in clients:
            try:
                client.connection.drain_events(timeout=LOOK_S)
            except TimeoutError:
                continue


def nothing_comes(*clients: Client) -> bool:
    """Whether draining `clients` for a while brings nothing at all."""
    for client in clients:
        try:
            client.connection.drain_events(timeout=QUIET_S[client.url.partition(":")[0]])
            return False
        except TimeoutError:
            continue
    return True


def filled(one: Client, *texts: str, **options: Any) -> str:
    """A queue with these messages ready in it."""
    queue = one.queue(**options)
    for text in texts:
        one.publish(text, queue)
    until(lambda: one.ready(queue) == len(texts), one)
    return queue


def drains(client: Client, timeout: float | None = None) -> Any:
    """A greenlet that drains once, already waiting."""
    thread = eventlet.spawn(client.connection.drain_events, timeout=timeout)
    eventlet.sleep(0)
    return thread


def outcome(thread: Any) -> Any:
    """What a greenlet ends with."""
    with eventlet.Timeout(PATIENCE_S):
        return thread.wait()
