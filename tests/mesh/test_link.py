"""A link to a real broker: what one message holds never costs the connection."""

import uuid

import amqp
import pytest
from kombu import Connection

from plumbline.mesh.broker.link import Link
from tests.mesh.town.town import until

NONSENSE = {
    "a header of no alphabet": b"\x20\x00\x00\x00\x00\x08\x01aS\x00\x00\x00\x01\xff",
    "an instant of no calendar": b"\x20\x00\x00\x00\x00\x0b\x01aT\xff\xff\xff\xff\xff\xff\xff\xff",
    "a text of no alphabet": b"\x80\x00\x02\xff\xfe",
}


class Reader:
    """Keeps what arrives, and declares its queue."""

    def __init__(self):
        self.name, self.heard, self.times_lost = f"link-{uuid.uuid4().hex}", [], 0

    def opened(self, channel):
        self.channel = channel
        channel.queue_declare(self.name, exclusive=True)
        channel.basic_consume(self.name, callback=self.heard.append)

    def lost(self):
        self.times_lost += 1


class Nonsense(amqp.Message):
    """A message with these bytes where its properties should be."""

    def __init__(self, properties):
        super().__init__("{}")
        self._bytes = properties

    def _serialize_properties(self):
        return self._bytes


@pytest.fixture
def link(broker):
    """A link with a reader."""
    link = Link(broker.url, "test")
    link.reader = Reader()
    link.add(link.reader)
    link.start()
    assert link.wait_up(10)
    yield link
    link.stop()


@pytest.mark.parametrize("properties", NONSENSE.values(), ids=NONSENSE)
def test_a_message_whose_properties_make_no_sense_is_delivered_without_any(link, properties):
    with Connection(link.url) as connection:
        channel = connection.channel()
        channel.basic_publish(Nonsense(properties), "", link.reader.name)
        channel.basic_publish(amqp.Message(b"next", message_id="n"), "", link.reader.name)
        until(lambda: len(link.reader.heard) == 2, what="both messages")

    assert [message.properties for message in link.reader.heard] == [{}, {"message_id": "n"}]
    assert link.reader.times_lost == 0


def test_what_a_link_sends_comes_back_as_it_was(link):
    for n in range(3):
        body = b"%d" % n * 150_000
        link.publish(link.reader.channel, link.reader.name, body, correlation_id=f"c-{n}", headers={"word": "准绳"})
    until(lambda: len(link.reader.heard) == 3, what="three messages")

    assert [message.properties["correlation_id"] for message in link.reader.heard] == ["c-0", "c-1", "c-2"]
    assert all(message.headers == {"word": "准绳"} for message in link.reader.heard)
    assert [message.body for message in link.reader.heard] == [b"%d" % n * 150_000 for n in range(3)]


def test_an_acknowledged_message_is_not_delivered_again(link):
    link.publish(link.reader.channel, link.reader.name, b"1", correlation_id="c")
    until(lambda: link.reader.heard, what="the message")

    link.ack(link.reader.channel, link.reader.heard[0].delivery_tag)
    link.reader.channel.basic_recover(requeue=True)
    link.publish(link.reader.channel, link.reader.name, b"2", correlation_id="c")
    until(lambda: len(link.reader.heard) > 1, what="the second message")

    assert [message.body for message in link.reader.heard] == [b"1", b"2"]


def test_a_link_that_is_told_to_fail_comes_back(link):
    link.fail("told to")
    until(lambda: link.reader.times_lost == 1 and link.up, what="a new connection")

    link.publish(link.reader.channel, link.reader.name, b"{}", correlation_id="c")
    until(lambda: link.reader.heard, what="a message over the new connection")
