"""Some queues are one connection's own, or go when nobody uses them: on either broker."""

import uuid

import pytest
from amqp.exceptions import AccessRefused, NotAllowed, NotFound, ResourceLocked

from tests.mesh.inproc.clients import Client, until


def gone(client: Client, queue: str) -> bool:
    try:
        client.channel.queue_declare(queue, passive=True)
    except NotFound:
        return True
    return False


def test_an_exclusive_queue_is_locked_for_others_and_goes_with_its_connection(client):
    owner, other = client(), client()
    queue = owner.queue(durable=False, exclusive=True)
    for attempt in (
        lambda: other.channel.queue_declare(queue, passive=True),
        lambda: other.channel.basic_consume(queue, callback=print),
        lambda: other.channel.queue_declare(queue, exclusive=True, auto_delete=False),
    ):
        with pytest.raises(ResourceLocked):
            attempt()
    owner.connection.release()
    until(lambda: gone(other, queue), other)


def test_anybody_may_publish_to_an_exclusive_queue(client):
    owner, other = client(), client()
    queue = owner.channel.queue_declare(exclusive=True).queue
    arrived = owner.consume(queue)
    other.publish("a", queue)
    until(lambda: arrived, owner)


def test_a_shared_queue_cannot_be_made_exclusive_afterwards(client):
    one = client()
    queue = one.queue()
    with pytest.raises(ResourceLocked):
        one.channel.queue_declare(queue, durable=True, auto_delete=False, exclusive=True)


@pytest.mark.parametrize("leave", ["cancel", "channel", "connection"])
def test_an_auto_delete_queue_goes_with_its_last_consumer(client, leave):
    one, other = client(), client()
    queue = other.queue(durable=False, auto_delete=True)
    other.consume(queue, consumer_tag="first")
    one.consume(queue, consumer_tag="last")
    other.channel.basic_cancel("first")
    assert not gone(other, queue)
    if leave == "cancel":
        one.channel.basic_cancel("last")
    elif leave == "channel":
        one.channel.close()
    else:
        one.connection.release()
    until(lambda: gone(other, queue), other)


def test_an_auto_delete_exchange_goes_with_its_last_binding(client):
    one = client()
    queue, exchange = one.queue(), f"test-{uuid.uuid4().hex}"
    one.channel.exchange_declare(exchange, "topic", auto_delete=True)
    one.channel.queue_bind(queue, exchange, "a")
    one.channel.queue_bind(queue, exchange, "b")
    one.channel.queue_unbind(queue, exchange, "a")
    one.channel.exchange_declare(exchange, "topic", passive=True)
    one.channel.queue_delete(queue)
    with pytest.raises(NotFound):
        one.channel.exchange_declare(exchange, "topic", passive=True)


def test_an_exclusive_consumer_wants_to_be_alone(client):
    one, other = client(), client()
    queue = one.queue()
    one.consume(queue, exclusive=True)
    with pytest.raises(AccessRefused):
        other.consume(queue)
    with pytest.raises(AccessRefused):
        other.consume(queue, exclusive=True)


def test_a_queue_with_a_consumer_takes_no_exclusive_one(client):
    one, other = client(), client()
    queue = one.queue()
    one.consume(queue)
    with pytest.raises(AccessRefused):
        other.consume(queue, exclusive=True)


def test_a_consumer_tag_is_used_once_on_a_channel(client):
    one = client()
    one.consume(one.queue(), consumer_tag="reader")
    with pytest.raises(NotAllowed):
        one.consume(one.queue(), consumer_tag="reader")


def test_a_queue_may_expire_when_nobody_uses_it(client):
    one, other = client(), client()
    used, unused = one.queue(arguments={"x-expires": 50}), one.queue(arguments={"x-expires": 150})
    one.consume(used, consumer_tag="reader")
    until(lambda: not bindable(other, unused), other)
    assert bindable(other, used)
    one.channel.basic_cancel("reader")
    until(lambda: not bindable(other, used), other)


def bindable(client: Client, queue: str) -> bool:
    """Whether the queue is there, asked in a way that does not count as using it."""
    try:
        client.channel.queue_bind(queue, "amq.direct", "test")
    except NotFound:
        return False
    return True
