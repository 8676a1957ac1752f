"""In this process a confirm means "handled": durable queues hold it back until they are done with their copy."""

import pytest

from tests.mesh.inproc.clients import bodies, nothing_comes, until


def unconfirmed(publisher, *others):
    return nothing_comes(publisher, *others) and publisher.acked == []


@pytest.fixture
def publisher(own_client):
    one = own_client()
    one.confirm()
    return one


def test_a_confirm_waits_until_the_consumer_has_acked(publisher, own_client):
    consumer = own_client()
    queue = publisher.queue()
    arrived = consumer.consume(queue)
    publisher.publish("a", queue)
    until(lambda: arrived, consumer)
    assert unconfirmed(publisher, consumer)
    consumer.channel.basic_ack(arrived[0].delivery_tag)
    until(lambda: publisher.acked, publisher)
    assert publisher.acked == [1]


def test_a_durable_queue_without_a_consumer_keeps_the_message_and_the_confirm_waits(publisher, own_client):
    queue = publisher.queue()
    publisher.publish("a", queue)
    assert unconfirmed(publisher)
    consumer = own_client()
    consumer.consume(queue, ack=True)
    until(lambda: publisher.acked, publisher, consumer)


def test_a_confirm_waits_for_every_durable_queue(publisher, own_client):
    consumer = own_client()
    exchange = publisher.exchange("fanout")
    left, right = publisher.queue((exchange, "")), publisher.queue((exchange, ""))
    publisher.publish("a", "", exchange)
    arrived = consumer.consume(left, ack=True)
    until(lambda: arrived, consumer)
    assert unconfirmed(publisher, consumer)
    consumer.consume(right, ack=True)
    until(lambda: publisher.acked, publisher, consumer)
    assert publisher.acked == [1]


def test_a_quorum_queue_is_a_durable_one(publisher, own_client):
    queue = publisher.queue(arguments={"x-queue-type": "quorum"})
    publisher.publish("a", queue)
    assert unconfirmed(publisher)


PASSING = [{"durable": False}, {"durable": True, "exclusive": True}, {"arguments": {"x-expires": 60_000}}]


@pytest.mark.parametrize("passing", PASSING)
def test_a_transient_exclusive_or_expiring_queue_counts_at_once(publisher, passing):
    publisher.publish("a", publisher.queue(**passing))
    until(lambda: publisher.acked, publisher)
    assert publisher.acked == [1]


def test_only_the_durable_ones_among_several_queues_are_waited_for(publisher, own_client):
    consumer = own_client()
    exchange = publisher.exchange("fanout")
    lasting, _passing = publisher.queue((exchange, "")), publisher.queue((exchange, ""), durable=False)
    publisher.publish("a", "", exchange)
    assert unconfirmed(publisher)
    consumer.consume(lasting, ack=True)
    until(lambda: publisher.acked, publisher, consumer)


def test_messages_are_confirmed_in_the_order_they_are_handled(publisher, own_client):
    consumer = own_client()
    queue = publisher.queue()
    arrived = consumer.consume(queue)
    for text in "abc":
        publisher.publish(text, queue)
    until(lambda: len(arrived) == 3, consumer)
    for message in (arrived[2], arrived[0]):
        consumer.channel.basic_ack(message.delivery_tag)
    until(lambda: len(publisher.acked) == 2, publisher)
    assert publisher.acked == [3, 1]
    assert nothing_comes(publisher)


def test_acking_several_at_once_confirms_each(publisher, own_client):
    consumer = own_client()
    queue = publisher.queue()
    arrived = consumer.consume(queue)
    for text in "abc":
        publisher.publish(text, queue)
    until(lambda: len(arrived) == 3, consumer)
    consumer.channel.basic_ack(3, multiple=True)
    until(lambda: len(publisher.acked) == 3, publisher)
    assert publisher.acked == [1, 2, 3]


def test_a_message_given_back_is_still_not_handled(publisher, own_client):
    consumer = own_client()
    queue = publisher.queue()
    arrived = consumer.consume(queue, prefetch=1)
    publisher.publish("a", queue)
    until(lambda: arrived, consumer)
    consumer.channel.basic_reject(arrived[0].delivery_tag, requeue=True)
    until(lambda: len(arrived) == 2, consumer)
    consumer.connection.release()
    assert unconfirmed(publisher)


def test_a_message_rejected_for_good_is_done_with(publisher, own_client):
    consumer = own_client()
    queue = publisher.queue()
    arrived = consumer.consume(queue)
    publisher.publish("a", queue)
    until(lambda: arrived, consumer)
    consumer.channel.basic_reject(arrived[0].delivery_tag, requeue=False)
    until(lambda: publisher.acked, publisher)


def test_a_dead_letter_is_done_with_though_it_still_lies_in_its_queue(publisher, own_client):
    consumer = own_client()
    dead = publisher.queue()
    queue = publisher.queue(arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead})
    arrived = consumer.consume(queue)
    publisher.publish("a", queue)
    until(lambda: arrived, consumer)
    consumer.channel.basic_reject(arrived[0].delivery_tag, requeue=False)
    until(lambda: publisher.acked, publisher)
    assert consumer.ready(dead) == 1


def test_an_expired_message_is_done_with_though_nobody_consumes(publisher):
    publisher.publish("a", publisher.queue(), expiration="20")
    until(lambda: publisher.acked, publisher)


def test_a_message_that_expires_while_set_aside_is_not_delivered(publisher, own_client):
    consumer = own_client()
    queue, clock = publisher.queue(), publisher.queue(durable=False)
    arrived = consumer.consume(queue, prefetch=1)
    publisher.publish("late", queue, expiration="20")
    publisher.publish("later", clock, expiration="25")
    until(lambda: publisher.ready(clock) == 0, publisher)
    publisher.publish("in time", queue)
    until(lambda: arrived, consumer)
    assert bodies(arrived) == ["in time"]
    until(lambda: len(publisher.acked) == 2, publisher)
    assert sorted(publisher.acked) == [1, 2]


@pytest.mark.parametrize("end", ["queue_purge", "queue_delete"])
def test_purging_or_deleting_the_queue_settles_what_it_held(publisher, own_client, end):
    queue = publisher.queue()
    publisher.publish("a", queue)
    getattr(own_client().channel, end)(queue)
    until(lambda: publisher.acked, publisher)


def test_deleting_the_queue_settles_what_was_set_aside_for_its_consumers(publisher, own_client):
    consumer, other = own_client(), own_client()
    queue = publisher.queue()
    consumer.consume(queue, on_cancel=str)
    publisher.publish("a", queue)
    other.channel.queue_delete(queue)
    until(lambda: publisher.acked, publisher)


def test_a_message_of_a_deleted_queue_is_settled_when_its_consumer_lets_go(publisher, own_client):
    consumer, other = own_client(), own_client()
    queue = publisher.queue()
    arrived = consumer.consume(queue, on_cancel=str)
    publisher.publish("a", queue)
    until(lambda: arrived, consumer)
    other.channel.queue_delete(queue)
    consumer.connection.release()
    until(lambda: publisher.acked, publisher)


def test_a_consumer_that_never_acks_is_done_when_it_has_the_message(publisher, own_client):
    consumer = own_client()
    queue = publisher.queue()
    arrived = consumer.consume(queue, no_ack=True)
    publisher.publish("a", queue)
    assert unconfirmed(publisher)
    until(lambda: arrived, consumer)
    until(lambda: publisher.acked, publisher)


def test_fetching_without_ack_is_done_at_once(publisher, own_client):
    queue = publisher.queue()
    publisher.publish("a", queue)
    own_client().channel.basic_get(queue, no_ack=True)
    until(lambda: publisher.acked, publisher)


def test_a_confirm_for_a_closed_channel_reaches_nobody(publisher, own_client):
    consumer = own_client()
    queue = publisher.queue()
    publisher.publish("a", queue)
    publisher.channel.close()
    publisher.channel = publisher.connection.channel()
    publisher.confirm()
    arrived = consumer.consume(queue, ack=True)
    until(lambda: arrived, consumer)
    assert unconfirmed(publisher, consumer)


def test_a_confirm_of_before_an_error_does_not_count_for_a_message_after_it(publisher, own_client):
    consumer = own_client()
    queue = publisher.queue()
    publisher.publish("before", queue)
    with pytest.raises(Exception, match="no queue"):
        publisher.channel.queue_declare("nowhere", passive=True)
    publisher.channel.confirm_select()
    publisher.publish("after", publisher.queue())
    arrived = consumer.consume(queue, ack=True)
    until(lambda: arrived, consumer)
    assert unconfirmed(publisher, consumer)
