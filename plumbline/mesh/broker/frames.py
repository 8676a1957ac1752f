"""The AMQP frames of calls and deliveries, written and read without the objects py-amqp makes of each."""

from __future__ import annotations

from functools import lru_cache
from struct import Struct
from typing import Any

from amqp.serialization import loads

METHOD, HEADER, BODY = 1, 2, 3
END = 0xCE
HEAD = Struct(">BHI")
#: What a frame costs beside its payload.
AROUND = HEAD.size + 1
DELIVER = b"\x00\x3c\x00\x3c"
_PUBLISH = b"\x00\x3c\x00\x28\x00\x00"
_ACK = Struct(">BHIHHQBB")
_CONTENT = Struct(">HHQ")
_TAG = Struct(">QB")
_LONG = Struct(">I")

#: Properties of a message in their order on the wire: flag, name, kind as py-amqp calls it.
_PROPERTIES = (
    (0x8000, "content_type", "s"),
    (0x4000, "content_encoding", "s"),
    (0x2000, "application_headers", "F"),
    (0x1000, "delivery_mode", "o"),
    (0x0800, "priority", "o"),
    (0x0400, "correlation_id", "s"),
    (0x0200, "reply_to", "s"),
    (0x0100, "expiration", "s"),
    (0x0080, "message_id", "s"),
    (0x0040, "timestamp", "L"),
    (0x0020, "type", "s"),
    (0x0010, "user_id", "s"),
    (0x0008, "app_id", "s"),
    (0x0004, "cluster_id", "s"),
)


def frame(kind: int, channel: int, payload: bytes) -> bytes:
    """One frame."""
    return b"%b%b\xce" % (HEAD.pack(kind, channel, len(payload)), payload)


def ack(channel: int, tag: int) -> bytes:
    """The acknowledgement of one delivery."""
    return _ACK.pack(METHOD, channel, 13, 60, 80, tag, 0, END)


def publish(channel: int, key: str, mandatory: bool, properties: bytes, body: bytes, frame_max: int) -> bytes:
    """A message for the default exchange; `properties` come from `transient`."""
    header = frame(HEADER, channel, _CONTENT.pack(60, 0, len(body)) + properties)
    room = frame_max - AROUND
    if len(body) <= room:
        return b"%b%b%b" % (_method(channel, key, mandatory), header, frame(BODY, channel, body) if body else b"")
    pieces = [frame(BODY, channel, body[at : at + room]) for at in range(0, len(body), room)]
    return b"".join((_method(channel, key, mandatory), header, *pieces))


@lru_cache(maxsize=1024)
def _method(channel: int, key: str, mandatory: bool) -> bytes:
    return frame(METHOD, channel, b"%b\x00%b%c" % (_PUBLISH, _short(key), mandatory))


def transient(
    correlation_id: str, reply_to: str = "", expiration: str = "", headers: dict[str, str] | None = None
) -> bytes:
    """The properties of a JSON message that is not kept over a restart of the broker."""
    flags = 0xD400 | (0x2000 if headers else 0) | (0x0200 if reply_to else 0) | (0x0100 if expiration else 0)
    return b"".join(
        (
            flags.to_bytes(2),
            b"\x10application/json\x05utf-8",
            _table(headers) if headers else b"",
            b"\x01",
            _short(correlation_id),
            _short(reply_to) if reply_to else b"",
            _short(expiration) if expiration else b"",
        )
    )


def _short(text: str) -> bytes:
    data = text.encode()
    if len(data) > 255:
        raise ValueError("over 255 bytes")
    return b"%c%b" % (len(data), data)


def _table(headers: dict[str, str]) -> bytes:
    parts: list[bytes] = []
    for name, text in headers.items():
        data = text.encode()
        parts += (_name(name), _LONG.pack(len(data)), data)
    table = b"".join(parts)
    return _LONG.pack(len(table)) + table


@lru_cache(maxsize=256)
def _name(name: str) -> bytes:
    return _short(name) + b"S"


class Delivery:
    """A delivered message, with what consumers use of py-amqp's."""

    __slots__ = ("channel", "delivery_tag", "delivery_info", "properties", "body", "_left", "_pieces")

    def __init__(self, channel: Any, method: bytes) -> None:
        """Read `basic.deliver`; `header` and `add` complete it."""
        self.channel = channel
        consumer, at = _text(method, 4, "replace")
        self.delivery_tag, redelivered = _TAG.unpack_from(method, at)
        exchange, at = _text(method, at + 9, "replace")
        self.delivery_info = {
            "consumer_tag": consumer,
            "delivery_tag": self.delivery_tag,
            "redelivered": bool(redelivered),
            "exchange": exchange,
            "routing_key": _text(method, at, "replace")[0],
        }
        self.properties: dict[str, Any] = {}
        self.body = b""
        self._left, self._pieces = -1, []  # type: ignore[var-annotated]

    @property
    def headers(self) -> Any:
        """The application's headers."""
        return self.properties.get("application_headers")

    @property
    def complete(self) -> bool:
        """Whether all of it has come."""
        return self._left == 0

    def header(self, payload: bytes) -> None:
        """Read the content header."""
        self._left = _CONTENT.unpack_from(payload)[2]
        self.properties = read_properties(payload)

    def add(self, payload: bytes) -> None:
        """Add a piece of the body."""
        self._left -= len(payload)
        if self._left == 0 and not self._pieces:
            self.body = payload
            return
        self._pieces.append(payload)
        if self._left == 0:
            self.body = b"".join(self._pieces)


def read_properties(payload: bytes) -> dict[str, Any]:
    """The properties in a content header; none where they make no sense, so that no message can harm its reader."""
    properties: dict[str, Any] = {}
    flags, at = int.from_bytes(payload[12:14]), 14
    try:
        for flag, name, kind in _PROPERTIES:
            if flags & flag:
                if kind == "s":
                    properties[name], at = _text(payload, at)
                elif kind == "o":
                    properties[name], at = payload[at], at + 1
                elif kind == "F":
                    properties[name], at = _read_table(payload, at)
                else:
                    properties[name], at = int.from_bytes(payload[at : at + 8]), at + 8
    except Exception:
        return {}
    return properties


def _text(data: bytes, at: int, errors: str = "strict") -> tuple[str, int]:
    end = at + 1 + data[at]
    if end > len(data):
        raise ValueError("it ends too soon")
    return data[at + 1 : end].decode("utf-8", errors), end


def _read_table(data: bytes, at: int) -> tuple[dict[str, Any], int]:
    """Texts, as our own calls have them, quickly; anything else as py-amqp reads it."""
    begin, end = at, at + 4 + _LONG.unpack_from(data, at)[0]
    at, table = at + 4, {}
    while at < end:
        name, at = _text(data, at)
        if data[at] != 0x53:  # S
            return loads("F", data, begin)[0][0], end
        stop = at + 5 + _LONG.unpack_from(data, at + 1)[0]
        if stop > end:
            raise ValueError("it ends too soon")
        table[name], at = data[at + 5 : stop].decode(), stop
    return table, end
