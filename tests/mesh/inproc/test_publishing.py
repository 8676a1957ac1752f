"""A publisher hears what became of its messages: on either broker."""

import amqp
import pytest
from amqp.exceptions import ChannelError, FrameSyntaxError, NotFound

from tests.mesh.inproc.clients import bodies, nothing_comes, until

CONFIRMED = {"transport_options": {"confirm_publish": True}}


def test_confirms_count_from_one_on_each_channel(client):
    one, other = client(), client()
    queue = one.channel.queue_declare(exclusive=True).queue
    for publisher in (one, other):
        publisher.confirm()
        for text in "abc":
            publisher.publish(text, queue)
        until(lambda publisher=publisher: 3 in publisher.acked, publisher)
        assert sorted(publisher.acked) == [1, 2, 3]


def test_confirms_begin_with_the_message_after_confirm_select(client):
    one = client()
    queue = one.channel.queue_declare(exclusive=True).queue
    one.publish("before", queue)
    one.confirm()
    one.publish("after", queue)
    until(lambda: one.acked, one)
    assert one.acked == [1]


def test_a_message_that_could_not_be_sent_takes_no_tag(client):
    one = client()
    queue = one.channel.queue_declare(exclusive=True).queue
    one.confirm()
    with pytest.raises(FrameSyntaxError):
        one.publish("a", queue, application_headers={"what": object()})
    one.publish("b", queue)
    until(lambda: one.acked, one)
    assert one.acked == [1]


def test_a_durable_queues_message_is_confirmed_once_it_is_acked(client):
    publisher, consumer = client(), client()
    publisher.confirm()
    queue = publisher.queue()
    publisher.publish("a", queue)
    consumer.consume(queue, ack=True)
    until(lambda: publisher.acked, publisher, consumer)
    assert publisher.acked == [1]


def test_an_unroutable_message_is_returned_and_only_then_acked(client):
    one = client()
    one.confirm()
    exchange = one.exchange("topic")
    one.publish("a", "nobody.listens", exchange, mandatory=True, message_id="m")
    until(lambda: 1 in one.acked, one)
    assert one.returned == [(exchange, "nobody.listens", b"a")]
    assert one.acked == [0, 1]


def test_the_returned_message_is_the_one_that_was_sent(client):
    one, returned = client(), []
    one.channel.events["basic_return"].add(lambda *told: returned.append(told))
    one.publish("a", "nowhere", mandatory=True, message_id="m", application_headers={"n": 1})
    until(lambda: returned, one)
    error, exchange, key, message = returned[0]
    assert isinstance(error, ChannelError)
    assert (error.reply_code, error.reply_text, str(error)) == (312, "NO_ROUTE", "Basic.return: (312) NO_ROUTE")
    assert (exchange, key) == ("", "nowhere")
    assert message.properties == {"message_id": "m", "delivery_mode": 2, "application_headers": {"n": 1}}


def test_a_return_nobody_listens_for_is_raised(client):
    one = client()
    one.publish("a", "nowhere", mandatory=True)
    with pytest.raises(ChannelError, match="NO_ROUTE"):
        until(lambda: False, one)


def test_an_unroutable_message_that_need_not_arrive_is_just_acked(client):
    one = client()
    one.confirm()
    one.publish("a", "nowhere")
    until(lambda: one.acked, one)
    assert (one.acked, one.returned) == ([1], [])


def test_a_confirming_connection_returns_from_publish_when_the_message_is_safe(client):
    one = client(**CONFIRMED)
    arrived = one.consume(one.channel.queue_declare(exclusive=True).queue)
    for text in "abc":
        one.publish(text, one.channel.queue_declare("", exclusive=True).queue)
        one.publish(text, one.channel.queue_declare("", exclusive=True).queue)
    assert nothing_comes(one)
    assert arrived == []


def test_a_confirming_publish_hands_out_what_arrives_meanwhile(client):
    one = client(**CONFIRMED)
    queue = one.queue()
    arrived = one.consume(queue, ack=True)
    one.publish("a", queue)
    until(lambda: arrived, one)
    assert bodies(arrived) == ["a"]


def test_a_confirming_publish_raises_when_the_message_comes_back(client):
    one = client(**CONFIRMED)
    with pytest.raises(ChannelError, match="NO_ROUTE"):
        one.publish("a", "nowhere", mandatory=True)


def test_a_confirming_publish_to_an_exchange_that_is_not_there_raises(client):
    one = client(**CONFIRMED)
    with pytest.raises(NotFound):
        one.publish("a", "key", "nowhere")
    queue = one.channel.queue_declare(exclusive=True).queue
    one.publish("b", queue)
    until(lambda: one.ready(queue) == 1, one)


def test_an_exchange_that_is_not_there_closes_the_channel_with_all_that_followed(client):
    one, other = client(), client()
    queue = other.queue()
    one.confirm()
    one.publish("lost", "key", "nowhere")
    with pytest.raises(NotFound, match="no exchange 'nowhere'"):
        one.publish("after the end", queue)
        until(lambda: False, one)
    assert one.acked == []
    one.confirm()
    one.publish("anew", queue)
    until(lambda: other.ready(queue) == 1, other)
    assert other.channel.basic_get(queue).body == b"anew"


def test_a_closed_channel_cannot_publish_and_may_be_closed_again(client):
    one = client()
    channel = one.channel
    channel.close()
    channel.close()
    assert channel.connection is None
    with pytest.raises(amqp.RecoverableConnectionError):
        channel.basic_publish(amqp.Message(b"a"), "", "x")
    with pytest.raises(amqp.RecoverableConnectionError):
        channel.queue_declare("x")
