"""Queues and exchanges are there, are somebody's own, or are refused, as RabbitMQ does it: on either broker."""

import pytest
from amqp.exceptions import (
    AccessRefused,
    AMQPNotImplementedError,
    InvalidCommand,
    NotFound,
    PreconditionFailed,
)

from tests.mesh.inproc.clients import bodies, until


def test_a_queue_without_a_name_is_given_one(client):
    one = client()
    declared = one.channel.queue_declare(exclusive=True)
    assert declared.queue.startswith("amq.gen-")
    assert (declared.message_count, declared.consumer_count) == (0, 0)


def test_a_call_without_a_name_means_the_queue_declared_last(client):
    one = client()
    exchange, arrived = one.exchange("topic"), []
    queue = one.channel.queue_declare(exclusive=True).queue
    one.channel.queue_bind("", exchange, "#")
    one.channel.basic_consume("", callback=arrived.append)
    one.publish("a", "key", exchange)
    until(lambda: arrived, one)
    assert one.channel.queue_declare(queue, passive=True).consumer_count == 1


def test_declaring_again_finds_the_queue_with_its_messages(client):
    one = client()
    queue = one.queue()
    one.publish("a", queue)
    until(lambda: one.ready(queue) == 1, one)
    assert one.channel.queue_declare(queue, durable=True, auto_delete=False) == (queue, 1, 0)


def test_asking_for_a_queue_that_is_not_there_raises_and_leaves_the_channel_usable(client):
    one = client()
    with pytest.raises(NotFound, match="no queue 'nowhere'"):
        one.channel.queue_declare("nowhere", passive=True)
    assert one.channel.is_open
    assert one.channel.queue_declare(exclusive=True).queue


def test_asking_for_an_exchange_that_is_not_there_raises(client):
    with pytest.raises(NotFound, match="no exchange 'nowhere'"):
        client().channel.exchange_declare("nowhere", "topic", passive=True)


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("queue_bind", {"queue": "nowhere", "exchange": "amq.direct"}),
        ("queue_purge", {"queue": "nowhere"}),
        ("basic_get", {"queue": "nowhere"}),
        ("basic_consume", {"queue": "nowhere", "callback": print}),
    ],
)
def test_what_needs_a_queue_raises_without_it(client, call, arguments):
    with pytest.raises(NotFound):
        getattr(client().channel, call)(**arguments)


def test_binding_to_an_exchange_that_is_not_there_raises(client):
    one = client()
    with pytest.raises(NotFound):
        one.channel.queue_bind(one.queue(), "nowhere", "#")


@pytest.mark.parametrize(
    "other", [{"durable": False}, {"auto_delete": True}, {"arguments": {"x-dead-letter-exchange": "x"}}]
)
def test_a_queue_cannot_be_declared_twice_in_different_ways(client, other):
    one = client()
    queue = one.queue()
    with pytest.raises(PreconditionFailed):
        one.channel.queue_declare(queue, **{"durable": True, "auto_delete": False, **other})


@pytest.mark.parametrize("other", [{"durable": False}, {"auto_delete": True}, {"type": "direct"}])
def test_an_exchange_cannot_be_declared_twice_in_different_ways(client, other):
    one = client()
    exchange = one.exchange("topic")
    with pytest.raises(PreconditionFailed):
        one.channel.exchange_declare(exchange, **{"type": "topic", "durable": True, "auto_delete": False, **other})


def test_the_default_exchange_is_not_to_be_declared(client):
    with pytest.raises(AccessRefused):
        client().channel.exchange_declare("", "direct")


def test_names_that_belong_to_the_broker_are_refused(client):
    one = client()
    with pytest.raises(AccessRefused, match="reserved"):
        one.channel.queue_declare("amq.mine")
    with pytest.raises(AccessRefused, match="reserved"):
        one.channel.exchange_declare("amq.mine", "topic")
    one.channel.exchange_declare("amq.topic", "topic", durable=True, auto_delete=False)


def test_an_unknown_type_of_exchange_costs_the_connection(client):
    one = client()
    with pytest.raises(InvalidCommand):
        one.channel.exchange_declare("test-x", "odd")
    assert not one.connection.connected


def test_a_quorum_queue_cannot_be_transient(client):
    with pytest.raises(PreconditionFailed):
        client().channel.queue_declare("test-q", durable=False, arguments={"x-queue-type": "quorum"})


def test_a_quorum_queue_works_like_any_other(client):
    one = client()
    arrived = one.consume(one.queue(arguments={"x-queue-type": "quorum"}), ack=True)
    one.publish("a", one.queues[0])
    until(lambda: arrived, one)


def test_purging_and_deleting_say_how_many_messages_they_dropped(client):
    one = client()
    queue = one.queue()
    for text in "abc":
        one.publish(text, queue)
    until(lambda: one.ready(queue) == 3, one)
    one.channel.basic_get(queue)
    assert one.channel.queue_purge(queue) == 2
    one.publish("d", queue)
    until(lambda: one.ready(queue) == 1, one)
    assert one.channel.queue_delete(queue) == 1
    assert one.channel.queue_delete(queue) == 0


def test_a_queue_in_use_is_not_deleted_by_one_who_asked_for_care(client):
    one = client()
    queue = one.queue()
    one.publish("a", queue)
    until(lambda: one.ready(queue) == 1, one)
    with pytest.raises(PreconditionFailed):
        one.channel.queue_delete(queue, if_empty=True)
    arrived = one.consume(queue)
    with pytest.raises(PreconditionFailed):
        one.channel.queue_delete(queue, if_unused=True)
    assert bodies(arrived) in ([], ["a"])


def test_a_bound_exchange_is_not_deleted_by_one_who_asked_for_care(client):
    one = client()
    exchange = one.exchange("topic")
    one.queue((exchange, "#"))
    with pytest.raises(PreconditionFailed):
        one.channel.exchange_delete(exchange, if_unused=True)


@pytest.mark.parametrize("argument", ["x-message-ttl", "x-max-length", "x-delivery-limit", "x-single-active-consumer"])
def test_in_this_process_an_argument_nobody_would_honour_is_refused(own_client, argument):
    with pytest.raises(AMQPNotImplementedError, match=argument):
        own_client().channel.queue_declare("test", arguments={argument: 1})


def test_in_this_process_a_prefetch_for_the_whole_channel_is_refused(own_client):
    with pytest.raises(AMQPNotImplementedError):
        own_client().channel.basic_qos(0, 1, True)
