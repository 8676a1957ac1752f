"""What travels in the in-process broker: a letter, each queue's copy of it, the receipt its publisher waits for."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from time import monotonic
from typing import TYPE_CHECKING, Any

from amqp import Message, spec
from amqp.exceptions import FrameSyntaxError, PreconditionFailed

from plumbline.mesh.clock import utcnow

if TYPE_CHECKING:
    from plumbline.mesh.broker.inproc_publisher import Confirms
    from plumbline.mesh.broker.inproc_queue import Consumer, Queue

#: Property name -> its AMQP type; anything else given to a message never reaches the other side.
PROPERTIES = dict(Message.PROPERTIES)
SHORT_STRING_BYTES = 255
SCALARS = (str, bool, int, float, Decimal, datetime, type(None))


def table(value: Any) -> Any:
    """A copy of a header value that shares nothing mutable with it; refuses what AMQP could not carry."""
    if isinstance(value, SCALARS):
        return value
    if isinstance(value, dict):
        return {key: table(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [table(item) for item in value]
    if isinstance(value, bytes):
        return value.decode()
    raise FrameSyntaxError(f"a header cannot hold {type(value).__name__}", spec.Basic.Publish)


def _property(name: str, kind: str, value: Any) -> Any:
    if kind == "s":
        text = value.decode() if isinstance(value, bytes) else value
        if isinstance(text, str) and len(text.encode()) <= SHORT_STRING_BYTES:
            return text
    elif kind == "F":
        if isinstance(value, dict):
            return table(value)
    elif isinstance(value, int):
        return value
    raise FrameSyntaxError(f"the property {name} cannot hold {value!r:.80}", spec.Basic.Publish)


class Letter:
    """A message as published: read-only, shared by the copies in all queues it was routed to."""

    __slots__ = ("body", "exchange", "lives", "properties", "routing_key")

    def __init__(self, body: bytes, properties: dict[str, Any], exchange: str, routing_key: str) -> None:
        self.body, self.properties = body, properties
        self.exchange, self.routing_key = exchange, routing_key
        self.lives: float | None = None  # seconds

    @classmethod
    def of(cls, message: Message, exchange: str, routing_key: str) -> Letter:
        """Take in a message given to publish; raises PreconditionFailed on an expiration that is no number."""
        body = message.body
        if isinstance(body, str):
            body = body.encode(message.properties.setdefault("content_encoding", "utf-8"))
        properties = {
            name: _property(name, PROPERTIES[name], value)
            for name, value in message.properties.items()
            if value is not None and name in PROPERTIES
        }
        letter = cls(bytes(body), properties, exchange, routing_key)
        expiration = properties.get("expiration")
        if expiration is not None:
            if not expiration.isdecimal():
                text = f"PRECONDITION_FAILED - invalid expiration {expiration!r}"
                raise PreconditionFailed(text, spec.Basic.Publish, reply_code=406)
            letter.lives = int(expiration) / 1000
        return letter

    @property
    def transient(self) -> bool:
        """Whether the publisher said that a restart of the broker may lose it."""
        return self.properties.get("delivery_mode") == 1

    def opened(self, channel: Any) -> Message:
        """A message of its own for one receiver; text becomes str as py-amqp's `auto_decode` does it."""
        properties = dict(self.properties)
        if "application_headers" in properties:
            properties["application_headers"] = table(properties["application_headers"])
        body: Any = self.body
        if channel.auto_decode and "content_encoding" in properties:
            try:
                body = body.decode(properties["content_encoding"])
            except (LookupError, UnicodeError):
                body = self.body
        message = Message(body)
        message.properties = properties
        return message

    def forwarded(self, queue: str, reason: str, exchange: str, routing_key: str) -> Letter:
        """This letter on its way to the dead letters, with the story of its death in its headers."""
        properties = dict(self.properties)
        expiration = properties.pop("expiration", None)
        headers = properties["application_headers"] = table(properties.get("application_headers", {}))
        deaths = headers.setdefault("x-death", [])
        death = next((d for d in deaths if d["queue"] == queue and d["reason"] == reason), None)
        if death is None:
            death = {"reason": reason, "queue": queue, "count": 0, "time": utcnow().replace(tzinfo=None, microsecond=0)}
            death |= {"exchange": self.exchange, "routing-keys": [self.routing_key]}
            if expiration is not None:
                death["original-expiration"] = expiration
        else:
            deaths.remove(death)
        death["count"] += 1
        deaths.insert(0, death)
        headers.setdefault("x-first-death-reason", reason)
        headers.setdefault("x-first-death-queue", queue)
        headers.setdefault("x-first-death-exchange", self.exchange)
        return Letter(self.body, properties, exchange, routing_key)


class Receipt:
    """Counts down the copies that must be settled before a publish is confirmed."""

    __slots__ = ("confirms", "open", "tag")

    def __init__(self, confirms: Confirms, tag: int, copies: int) -> None:
        self.confirms, self.tag, self.open = confirms, tag, copies

    def settle_one(self) -> None:
        """One copy is done with."""
        self.open -= 1
        if not self.open:
            self.confirms.settled(self.tag)


class Copy:
    """One queue's own copy of a letter: its place in that queue, and whether anybody has seen it."""

    __slots__ = ("consumer", "expires_at", "letter", "place", "queue", "receipt", "redelivered")

    def __init__(self, letter: Letter, queue: Queue, place: int, receipt: Receipt | None) -> None:
        self.letter, self.queue, self.place, self.receipt = letter, queue, place, receipt
        self.expires_at = None if letter.lives is None else monotonic() + letter.lives
        self.redelivered = False
        self.consumer: Consumer | None = None

    @property
    def expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= monotonic()

    def settle(self) -> None:
        """It is done with: acked, rejected for good, expired, purged or its queue deleted."""
        receipt, self.receipt = self.receipt, None
        if receipt is not None:
            receipt.settle_one()
