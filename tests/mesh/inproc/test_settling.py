"""What was delivered is acked, given back or dead, and never forgotten: on either broker."""

import uuid

import pytest
from amqp.exceptions import ConsumerCancelled, PreconditionFailed

from tests.mesh.inproc.clients import bodies, nothing_comes, until


def filled(one, *texts, **options):
    queue = one.queue(**options)
    for text in texts:
        one.publish(text, queue)
    until(lambda: one.ready(queue) == len(texts), one)
    return queue


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


def test_a_rejected_message_without_dead_letters_is_dropped(client):
    one, other = client(), client()
    queue = filled(one, "a")
    one.channel.basic_reject(one.channel.basic_get(queue).delivery_tag, requeue=False)
    one.channel.close()
    assert other.ready(queue) == 0


@pytest.mark.parametrize("kind", ["classic", "quorum"])
def test_a_rejected_message_goes_to_the_dead_letters_with_its_story(client, kind):
    one = client()
    dead, exchange = one.queue(), one.exchange("direct")
    arguments = {"x-queue-type": kind, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead}
    queue = one.queue((exchange, "key"), arguments=arguments)
    buried = one.consume(dead)
    one.publish("a", "key", exchange, message_id="m")
    arrived = one.consume(queue)
    until(lambda: arrived, one)
    one.channel.basic_reject(arrived[0].delivery_tag, requeue=False)
    until(lambda: buried, one)
    (message,) = buried
    assert (message.body, message.properties["message_id"]) == (b"a", "m")
    assert message.delivery_info["routing_key"] == dead
    assert message.headers["x-first-death-queue"] == queue
    assert message.headers["x-first-death-reason"] == "rejected"
    assert message.headers["x-first-death-exchange"] == exchange
    (death,) = message.headers["x-death"]
    assert {name: death[name] for name in ("queue", "reason", "count", "exchange", "routing-keys")} == {
        "queue": queue,
        "reason": "rejected",
        "count": 1,
        "exchange": exchange,
        "routing-keys": ["key"],
    }


def test_dead_letters_keep_their_key_unless_another_is_given(client):
    one = client()
    exchange = one.exchange("topic")
    buried = one.consume(one.queue((exchange, "#")))
    queue = one.queue(arguments={"x-dead-letter-exchange": exchange})
    one.publish("a", queue)
    arrived = one.consume(queue)
    until(lambda: arrived, one)
    one.channel.basic_reject(arrived[0].delivery_tag, requeue=False)
    until(lambda: buried, one)
    assert buried[0].delivery_info["routing_key"] == queue


def test_a_second_death_of_one_kind_is_counted(client):
    one = client()
    dead = one.queue()
    queue = one.queue(arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead})
    arrived, buried = one.consume(queue), one.consume(dead)
    one.publish("a", queue)
    until(lambda: arrived, one)
    one.channel.basic_reject(arrived[0].delivery_tag, requeue=False)
    until(lambda: buried, one)
    one.publish("a", queue, application_headers=buried[0].headers)
    until(lambda: len(arrived) == 2, one)
    one.channel.basic_reject(arrived[1].delivery_tag, requeue=False)
    until(lambda: len(buried) == 2, one)
    assert [death["count"] for death in buried[1].headers["x-death"]] == [2]


def test_an_expired_message_goes_to_the_dead_letters_and_may_stay_there(client):
    one = client()
    dead = one.queue()
    queue = one.queue(arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead})
    one.publish("a", queue, expiration="30")
    buried = one.consume(dead)
    until(lambda: buried, one)
    assert "expiration" not in buried[0].properties
    assert buried[0].headers["x-death"][0]["reason"] == "expired"
    assert buried[0].headers["x-death"][0]["original-expiration"] == "30"


def test_an_expired_message_is_never_delivered(client):
    one = client()
    one.confirm()
    queue = one.queue()
    one.publish("late", queue, expiration="30")
    until(lambda: one.acked and one.ready(queue) == 0, one)
    arrived = one.consume(queue)
    one.publish("in time", queue, expiration="60000")
    until(lambda: arrived, one)
    assert bodies(arrived) == ["in time"]


def test_an_expiration_that_is_no_number_closes_the_channel(client):
    one = client()
    queue = one.queue()
    one.publish("a", queue, expiration="soon")
    with pytest.raises(PreconditionFailed, match="expiration"):
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
