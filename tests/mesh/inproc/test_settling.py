"""What was delivered is acked, given back or dead, and never forgotten: on either broker."""

import uuid

import pytest
from amqp.exceptions import AMQPNotImplementedError, ConsumerCancelled, PreconditionFailed

from tests.mesh.inproc.clients import bodies, filled, nothing_comes, until


def test_an_acked_message_is_gone(client):
    one, other = client(), client()
    queue = filled(one, "a", "b")
    arrived = one.consume(queue, ack=True)
    until(lambda: len(arrived) == 2, one)
    one.channel.close()
    assert other.ready(queue) == 0


def test_one_ack_can_settle_all_before_it(client):
    one, other = client(), client()
    queue = filled(one, "a", "b", "c", "d")
    arrived = one.consume(queue)
    until(lambda: len(arrived) == 4, one)
    one.channel.basic_ack(3, multiple=True)
    one.channel.close()
    until(lambda: other.ready(queue) == 1, other)
    assert other.channel.basic_get(queue).body == b"d"


def test_one_ack_of_tag_zero_settles_everything(client):
    one, other = client(), client()
    queue = filled(one, "a", "b")
    arrived = one.consume(queue)
    until(lambda: len(arrived) == 2, one)
    one.channel.basic_ack(0, multiple=True)
    one.channel.close()
    assert other.ready(queue) == 0


def test_a_given_back_message_returns_to_the_head_of_its_own_queue(client):
    one = client()
    exchange = one.exchange("fanout")
    queue, sibling = one.queue((exchange, "")), one.queue((exchange, ""))
    for text in ("a", "b", "c"):
        one.publish(text, "", exchange)
    until(lambda: one.ready(queue) == one.ready(sibling) == 3, one)
    first = one.channel.basic_get(queue)
    one.channel.basic_reject(first.delivery_tag, requeue=True)
    arrived = one.consume(queue)
    until(lambda: len(arrived) == 3, one)
    assert [(m.body, m.delivery_info["redelivered"]) for m in arrived] == [(b"a", True), (b"b", False), (b"c", False)]
    assert one.ready(sibling) == 3


def test_giving_back_frees_the_room_it_took(client):
    one = client()
    queue = filled(one, "a", "b")
    arrived = one.consume(queue, prefetch=1)
    until(lambda: arrived, one)
    one.channel.basic_reject(arrived[0].delivery_tag, requeue=True)
    until(lambda: len(arrived) == 2, one)
    assert bodies(arrived) == ["a", "a"]
    one.channel.basic_reject(arrived[1].delivery_tag, requeue=False)
    until(lambda: len(arrived) == 3, one)
    assert bodies(arrived) == ["a", "a", "b"]


def test_messages_given_back_out_of_order_stand_in_order_again(client):
    one = client()
    queue = filled(one, "a", "b", "c", "d")
    tags = [one.channel.basic_get(queue).delivery_tag for _ in range(3)]
    for tag in (tags[1], tags[0], tags[2]):
        one.channel.basic_reject(tag, requeue=True)
    arrived = one.consume(queue)
    until(lambda: len(arrived) == 4, one)
    assert bodies(arrived) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("what", ["channel", "connection", "recover"])
def test_what_was_not_settled_goes_back_in_order(client, what):
    one, other = client(), client()
    queue = filled(other, "a", "b", "c", "d", "e", "f")
    arrived = one.consume(queue, prefetch=4)
    until(lambda: len(arrived) == 4, one)
    one.channel.basic_ack(arrived[1].delivery_tag)
    until(lambda: len(arrived) == 5, one)
    if what == "recover":
        for tag in list(one.channel.callbacks):
            one.channel.basic_cancel(tag)
        one.channel.basic_recover(requeue=True)
    elif what == "channel":
        one.channel.close()
    else:
        one.connection.release()
    again = other.consume(queue)
    until(lambda: len(again) == 5, other)
    assert bodies(again) == ["a", "c", "d", "e", "f"]
    assert [message.delivery_info["redelivered"] for message in again] == [True, True, True, True, False]


def test_giving_up_what_was_not_settled_is_not_known_to_either_broker(client):
    one = client()
    with pytest.raises(AMQPNotImplementedError):
        one.channel.basic_recover(requeue=False)
        until(lambda: False, one)


def test_a_cancelled_consumer_gets_no_more_and_keeps_what_it_has(client):
    one, other = client(), client()
    queue = filled(other, "a", "b")
    arrived = one.consume(queue, prefetch=1, consumer_tag="reader")
    until(lambda: arrived, one)
    assert one.channel.basic_cancel("reader") == "reader"
    one.channel.basic_ack(arrived[0].delivery_tag)
    assert nothing_comes(one)
    assert bodies(arrived) == ["a"]
    assert other.channel.queue_declare(queue, passive=True)[1:] == (1, 0)


def test_cancelling_leaves_what_was_never_handed_over_to_others(client):
    one, other = client(), client()
    queue = filled(other, "a", "b", "c")
    arrived = one.consume(queue, consumer_tag="reader", prefetch=2)
    until(lambda: arrived, one)
    one.channel.basic_cancel("reader")
    rest = other.consume(queue)
    for message in list(arrived):
        one.channel.basic_reject(message.delivery_tag, requeue=True)
    until(lambda: len(rest) == 3, other)
    assert sorted(bodies(rest)) == ["a", "b", "c"]


def test_a_consumer_that_never_acks_owes_nothing(client):
    one, other = client(), client()
    queue = filled(one, "a", "b")
    arrived = one.consume(queue, prefetch=1, no_ack=True)
    until(lambda: len(arrived) == 2, one)
    one.channel.close()
    assert other.ready(queue) == 0


def test_an_unknown_tag_closes_the_channel_and_gives_its_messages_back(client):
    one, other = client(), client()
    queue = filled(other, "a")
    arrived = one.consume(queue)
    until(lambda: arrived, one)
    one.channel.basic_ack(99)
    with pytest.raises(PreconditionFailed, match="unknown delivery tag 99"):
        until(lambda: False, one)
    until(lambda: other.ready(queue) == 1, other)
    again = one.consume(queue)
    until(lambda: again, one)
    assert again[0].delivery_tag == 1


def test_acking_twice_is_an_unknown_tag(client):
    one = client()
    queue = filled(one, "a")
    tag = one.channel.basic_get(queue).delivery_tag
    one.channel.basic_ack(tag)
    one.channel.basic_ack(tag)
    with pytest.raises(PreconditionFailed):
        until(lambda: False, one)


def test_a_consumer_is_told_when_its_queue_is_deleted(client):
    one, other = client(), client()
    queue, told = one.queue(), []
    one.consume(queue, consumer_tag="reader", on_cancel=told.append)
    other.channel.queue_delete(queue)
    until(lambda: told, one)
    assert told == ["reader"]


def test_a_consumer_that_asked_for_no_word_gets_an_error_when_its_queue_is_deleted(client):
    one, other = client(), client()
    queue = one.queue()
    one.consume(queue, consumer_tag=uuid.uuid4().hex)
    other.channel.queue_delete(queue)
    with pytest.raises(ConsumerCancelled):
        until(lambda: False, one)
