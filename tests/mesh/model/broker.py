"""A broker that does what a script says: loses, doubles, reorders, returns, refuses, keeps silent."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import orjson

from plumbline.contracts.envelope import Envelope
from plumbline.mesh.broker.confirms import NotConfirmed


class Broker:
    """One queue, and a note of everything that ever went through it."""

    def __init__(self) -> None:
        self.ready: list[bytes] = []
        self.wire: list[Envelope] = []
        self.acknowledged: list[Envelope] = []
        self.channel: Channel | None = None
        #: What happens to the next batch, and to which of its messages.
        self.script: tuple[Callable[..., None], int] = (takes_all, 0)
        self.on_taken: Callable[[Envelope], None] = lambda event: None

    def take(self, body: bytes) -> None:
        """A message is routed to the queue."""
        event = Envelope.from_wire(orjson.loads(body))
        self.on_taken(event)
        self.wire.append(event)
        self.ready.append(body)

    def connect(self, receiver: Any) -> None:
        """A consumer's connection; the one before it is lost, and what it had not acknowledged is ready again."""
        self.disconnect()
        self.channel = Channel(self)
        receiver.opened(self.channel)

    def disconnect(self) -> None:
        """The consumer is gone."""
        if self.channel is not None:
            self.ready = [*self.channel.unacknowledged.values(), *self.ready]
            self.channel = None

    def deliver(self, receiver: Any, count: int) -> None:
        """Hand over the next messages."""
        assert self.channel is not None
        for _ in range(min(count, len(self.ready))):
            receiver._arrived(self.channel.delivery(self.ready.pop(0)))


class Channel:
    """A consumer's channel; its delivery tags count from 1."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.unacknowledged: dict[int, bytes] = {}
        self._tag = 0

    def delivery(self, body: bytes) -> Any:
        self._tag += 1
        self.unacknowledged[self._tag] = body
        return SimpleNamespace(body=body, properties={"content_type": "application/json"}, delivery_tag=self._tag)

    def basic_ack(self, tag: int, multiple: bool) -> None:
        for one in [one for one in self.unacknowledged if one == tag or (multiple and one < tag)]:
            body = self.unacknowledged.pop(one)
            self.broker.acknowledged.append(Envelope.from_wire(orjson.loads(body)))

    def basic_qos(self, *_: Any) -> None:
        """As many as the script hands over."""

    def basic_consume(self, *_: Any, **__: Any) -> None:
        """Delivered when the script says so."""


class Confirms:
    """Stands in for the relay's channel: the batch meets what the broker's script has for it."""

    returned: set[int] = set()
    refused: set[int] = set()

    def __init__(self, broker: Broker) -> None:
        self.broker = broker

    def publish(self, exchange: str, messages: list[tuple[int, str, str, bytes]]) -> None:
        self.returned, self.refused = set(), set()
        (act, which), self.broker.script = self.broker.script, (takes_all, 0)
        act(self, messages, which % len(messages) if messages else 0)

    def take(self, messages: list[tuple[int, str, str, bytes]]) -> None:
        for _row, _id, _key, body in messages:
            self.broker.take(body)

    def close(self) -> None:
        """Nothing to close."""


def takes_all(confirms: Confirms, messages: list, which: int) -> None:
    """As on most days."""
    confirms.take(messages)


def falls_silent(confirms: Confirms, messages: list, which: int) -> None:
    """Takes some and confirms none in time."""
    confirms.take(messages[:which])
    raise NotConfirmed


def returns_one(confirms: Confirms, messages: list, which: int) -> None:
    """Confirms all, one of which no queue has."""
    confirms.take(messages[:which] + messages[which + 1 :])
    confirms.returned = {messages[which][0]} if messages else set()


def refuses_one(confirms: Confirms, messages: list, which: int) -> None:
    """Nacks one."""
    confirms.take(messages[:which] + messages[which + 1 :])
    confirms.refused = {messages[which][0]} if messages else set()


def loses(ready: list[bytes], at: int) -> None:
    """Though it had confirmed it."""
    ready.pop(at % len(ready))


def doubles(ready: list[bytes], at: int) -> None:
    """The second one far behind the first."""
    ready.append(ready[at % len(ready)])


def overtakes(ready: list[bytes], at: int) -> None:
    """A later one comes first."""
    ready.insert(0, ready.pop(at % len(ready)))


def carries(ready: list[bytes], at: int) -> None:
    """As they came."""


TAMPERING = (loses, doubles, overtakes)
MOSTLY_TRUE = (carries, *TAMPERING)
MOSTLY_FAIR = (takes_all,) * 4 + (falls_silent, returns_one, refuses_one)
