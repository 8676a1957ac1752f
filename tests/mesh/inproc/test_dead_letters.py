"""What is rejected or too late leaves its queue, for the dead letters where it has some: on either broker."""

import pytest
from amqp.exceptions import PreconditionFailed

from tests.mesh.inproc.clients import bodies, filled, until


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
