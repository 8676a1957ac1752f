"""What is sent and read by our own frames is what py-amqp would send and read."""

from amqp.basic_message import Message
from amqp.serialization import dumps

from plumbline.mesh.broker import frames

HEADERS = {"method": "echo", "deadline": "1764000000.123456", "officer": "某甲"}


def split(data):
    """The frames in these bytes: (kind, channel, payload)."""
    found, at = [], 0
    while at < len(data):
        kind, channel, size = frames.HEAD.unpack_from(data, at)
        end = at + frames.HEAD.size + size
        assert data[end] == frames.END
        found.append((kind, channel, data[at + frames.HEAD.size : end]))
        at = end + 1
    return found


METHOD = b"\x00\x3c\x00\x3c" + dumps("sLbss", ("tag", 7, True, "", "rpc-a"))


def delivered(properties, body=b""):
    """A delivery with these properties, as they stand on the wire."""
    delivery = frames.Delivery(None, METHOD)
    delivery.header(frames._CONTENT.pack(60, 0, len(body)) + properties)
    if body:
        delivery.add(body)
    return delivery


def test_properties_are_written_as_py_amqp_writes_them():
    given = {"correlation_id": "c-1", "reply_to": "reply-a", "expiration": "4999"}
    theirs = Message(
        "",
        content_type="application/json",
        content_encoding="utf-8",
        application_headers=HEADERS,
        delivery_mode=1,
        **given,
    )

    assert frames.transient(**given, headers=HEADERS) == theirs._serialize_properties()


def test_a_message_is_three_frames():
    method, header, body = split(frames.publish(3, "rpc-a", True, frames.transient("c-1"), b"{}", 4096))

    assert method == (frames.METHOD, 3, b"\x00\x3c\x00\x28" + dumps("Bssb", (0, "", "rpc-a", True)))
    assert header[:2] == (frames.HEADER, 3)
    assert body == (frames.BODY, 3, b"{}")


def test_a_long_body_is_cut_into_frames_the_broker_takes():
    body = bytes(range(256)) * 40

    _, _, *pieces = split(frames.publish(1, "q", False, frames.transient("c"), body, 4096))

    assert max(len(payload) for _, _, payload in pieces) == 4096 - frames.AROUND
    assert b"".join(payload for _, _, payload in pieces) == body


def test_an_acknowledgement_is_what_py_amqp_sends():
    assert split(frames.ack(2, 99)) == [(frames.METHOD, 2, b"\x00\x3c\x00\x50" + dumps("Lb", (99, False)))]


def test_a_delivery_shows_what_was_sent():
    delivery = delivered(frames.transient("c-1", "reply-a", "5", HEADERS), b"{}")

    assert delivery.complete
    assert (delivery.body, delivery.headers, delivery.delivery_tag) == (b"{}", HEADERS, 7)
    assert delivery.properties["correlation_id"] == "c-1"
    assert delivery.delivery_info["redelivered"] is True


def test_headers_that_are_not_all_texts_are_read_as_py_amqp_reads_them():
    headers = {"text": "a", "number": 5, "table": {"x": [1, "y"]}}

    delivery = delivered(Message("", application_headers=headers)._serialize_properties())

    assert delivery.headers == headers


def test_every_property_is_read_from_its_place():
    sent = {name: "x" for _, name, kind in frames._PROPERTIES if kind == "s"}
    sent |= {"delivery_mode": 2, "priority": 9, "timestamp": 1764000000, "application_headers": {"a": "b"}}

    assert delivered(Message("", **sent)._serialize_properties()).properties == sent


def test_properties_that_make_no_sense_are_none():
    bad_header = b"\x20\x00\x00\x00\x00\x07\x01a" + b"S\x00\x00\x00\xff"
    not_utf8 = b"\x80\x00\x02\xff\xfe"
    too_short = b"\xff\xfc\x01"
    instant_of_no_calendar = b"\x20\x00\x00\x00\x00\x0b\x01aT" + b"\xff" * 8

    for properties in (bad_header, not_utf8, too_short, instant_of_no_calendar):
        assert delivered(properties).properties == {}


def test_a_routing_key_of_any_bytes_is_read():
    method = b"\x00\x3c\x00\x3c\x01t" + b"\x00" * 7 + b"\x01\x00\x01x\x02\xff\xfe"

    assert frames.Delivery(None, method).delivery_info["exchange"] == "x"
