"""Messages arrive whole, once per queue, in order and in fair turns: on either broker."""

import amqp
import pytest
from kombu import Exchange, Queue

from tests.mesh.inproc.clients import bodies, nothing_comes, until


def test_a_message_arrives_with_its_properties_headers_and_address(client):
    one = client()
    exchange = one.exchange("topic")
    queue = one.queue((exchange, "#"))
    arrived = one.consume(queue, consumer_tag="reader")
    headers = {"traceparent": "00-ab", "attempts": 3, "late": True, "ratio": 0.5, "list": [1, {"a": None}]}
    properties = {"content_type": "application/json", "reply_to": "r", "correlation_id": "c", "message_id": "m"}
    one.publish("{}", "case.decided", exchange, application_headers=headers, expiration="60000", **properties)
    until(lambda: arrived, one)
    message = arrived[0]
    assert message.body == b"{}"
    assert message.properties == {
        **properties,
        "expiration": "60000",
        "delivery_mode": 2,
        "application_headers": headers,
    }
    assert (message.headers, message.delivery_tag) == (headers, 1)
    assert message.delivery_info == {
        "consumer_tag": "reader",
        "delivery_tag": 1,
        "redelivered": False,
        "exchange": exchange,
        "routing_key": "case.decided",
    }


def test_a_body_is_text_only_when_its_encoding_says_so(client):
    one = client()
    queue = one.queue()
    arrived = one.consume(queue)
    one.publish("案", queue, content_encoding="utf-8")
    one.publish("案", queue, content_encoding="binary")
    one.publish("案", queue)
    until(lambda: len(arrived) == 3, one)
    assert [message.body for message in arrived] == ["案", "案".encode(), "案".encode()]


def test_a_property_nobody_knows_and_an_empty_one_do_not_travel(client):
    one = client()
    queue = one.queue()
    arrived = one.consume(queue)
    one.publish("x", queue, reply_to=None, colour="red")
    until(lambda: arrived, one)
    assert arrived[0].properties == {"delivery_mode": 2}


@pytest.mark.parametrize("broken", [{"application_headers": {"when": object()}}, {"message_id": "x" * 256}])
def test_what_cannot_be_carried_is_refused_before_it_is_sent(client, broken):
    one = client()
    queue = one.queue()
    with pytest.raises(Exception):  # noqa: B017 - py-amqp raises one kind for headers and another for strings
        one.publish("x", queue, **broken)
    other = client()
    assert other.ready(queue) == 0


def test_each_queue_gets_a_copy_and_each_copy_a_tag_of_its_own(client):
    one = client()
    exchange = one.exchange("fanout")
    left, right = one.consume(one.queue((exchange, ""))), one.consume(one.queue((exchange, "")))
    one.publish("x", "", exchange)
    one.publish("y", "", exchange)
    until(lambda: len(left) == len(right) == 2, one)
    assert bodies(left) == bodies(right) == ["x", "y"]
    assert sorted(message.delivery_tag for message in left + right) == [1, 2, 3, 4]


def test_spoiling_one_copy_leaves_the_other_as_it_was(client):
    one = client()
    exchange = one.exchange("fanout")
    left, right = one.consume(one.queue((exchange, ""))), one.consume(one.queue((exchange, "")))
    headers = {"seen": {"by": ["nobody"]}}
    message = amqp.Message(b"x", application_headers=headers)
    one.channel.basic_publish(message, exchange, "")
    headers["seen"]["by"].append("the publisher, afterwards")
    until(lambda: left and right, one)
    left[0].headers["seen"]["by"].append("me")
    left[0].properties["message_id"] = "spoilt"
    assert right[0].headers == {"seen": {"by": ["nobody"]}}
    assert "message_id" not in right[0].properties


TOPICS = [
    ("#", "", True),
    ("#", "a.b.c", True),
    ("a.*", "a.b", True),
    ("a.*", "a", False),
    ("a.*", "a.b.c", False),
    ("a.#", "a", True),
    ("a.#.z", "a.z", True),
    ("a.#.z", "a.b.c.z", True),
    ("a.#.z", "a.b.c", False),
    ("*.b", "a.b", True),
    ("*", "", False),
    ("a.b", "a.b", True),
    ("a.b", "a.c", False),
    ("#.b.#", "a.b", True),
]


@pytest.mark.parametrize(("pattern", "key", "fits"), TOPICS)
def test_a_topic_binding_matches_word_by_word(client, pattern, key, fits):
    one = client()
    exchange = one.exchange("topic")
    arrived = one.consume(one.queue((exchange, pattern), (exchange, "the.end")), no_ack=True)
    one.publish("asked", key, exchange)
    one.publish("end", "the.end", exchange)
    until(lambda: "end" in bodies(arrived), one)
    expected = ["asked", "end"] if fits else ["end"]
    assert bodies(arrived) == (["asked", "end"] if pattern == "#" else expected)


def test_a_direct_binding_matches_the_whole_key(client):
    one = client()
    exchange = one.exchange("direct")
    arrived = one.consume(one.queue((exchange, "a"), (exchange, "b.*")))
    for key in ("b.c", "b.*", "a.a", "a"):
        one.publish(key, key, exchange)
    until(lambda: "a" in bodies(arrived), one)
    assert bodies(arrived) == ["b.*", "a"]


def test_a_fanout_exchange_asks_for_no_key(client):
    one = client()
    exchange = one.exchange("fanout")
    arrived = one.consume(one.queue((exchange, "whatever")))
    one.publish("x", "anything", exchange)
    until(lambda: arrived, one)


def test_a_queue_bound_twice_gets_a_message_once(client):
    one = client()
    exchange = one.exchange("topic")
    arrived = one.consume(one.queue((exchange, "#"), (exchange, "a.*"), (exchange, "a.b")))
    one.publish("first", "a.b", exchange)
    one.publish("second", "c", exchange)
    until(lambda: "second" in bodies(arrived), one)
    assert bodies(arrived) == ["first", "second"]


def test_an_unbound_key_leads_nowhere(client):
    one = client()
    exchange = one.exchange("direct")
    queue = one.queue((exchange, "a"), (exchange, "b"))
    arrived = one.consume(queue)
    one.publish("before", "a", exchange)
    one.channel.queue_unbind(queue, exchange, "a")
    one.publish("after", "a", exchange)
    one.publish("end", "b", exchange)
    until(lambda: len(arrived) == 2, one)
    assert bodies(arrived) == ["before", "end"]


def test_a_new_binding_counts_from_the_next_message_on(client):
    one = client()
    exchange = one.exchange("topic")
    queue = one.queue()
    arrived = one.consume(queue)
    one.publish("before", "a", exchange)
    one.channel.queue_bind(queue, exchange, "a")
    one.publish("after", "a", exchange)
    until(lambda: arrived, one)
    assert bodies(arrived) == ["after"]


def test_a_prefetch_holds_for_each_consumer_alone(client):
    one = client()
    left, right = one.queue(), one.queue()
    from_left, from_right = one.consume(left, prefetch=2), one.consume(right, prefetch=1)
    for queue in (left, right):
        for number in range(4):
            one.publish(str(number), queue)
    until(lambda: len(from_left) == 2 and len(from_right) == 1, one)
    assert nothing_comes(one)
    one.channel.basic_ack(from_right[0].delivery_tag)
    until(lambda: len(from_right) == 2, one)
    assert nothing_comes(one)
    assert bodies(from_left) == ["0", "1"]


def test_two_consumers_of_one_queue_take_turns(client):
    publisher, left, right = client(), client(), client()
    queue = publisher.queue()
    to_left, to_right = left.consume(queue), right.consume(queue)
    for number in range(10):
        publisher.publish(str(number), queue)
    until(lambda: len(to_left) + len(to_right) == 10, left, right)
    assert len(to_left) == len(to_right) == 5


def test_a_consumer_without_room_does_not_hold_up_the_others(client):
    publisher, full, free = client(), client(), client()
    queue = publisher.queue()
    to_full, to_free = full.consume(queue, prefetch=1), free.consume(queue)
    for number in range(6):
        publisher.publish(str(number), queue)
    until(lambda: len(to_full) + len(to_free) == 6, full, free)
    assert len(to_full) == 1


def test_a_message_can_be_fetched_without_consuming(client):
    one = client()
    queue = one.queue()
    assert one.channel.basic_get(queue) is None
    one.publish("first", queue)
    one.publish("second", queue)
    until(lambda: one.ready(queue) == 2, one)
    message = one.channel.basic_get(queue)
    assert (message.body, message.delivery_info["message_count"]) == (b"first", 1)
    one.channel.basic_reject(message.delivery_tag, requeue=True)
    assert one.channel.basic_get(queue, no_ack=True).delivery_info["redelivered"]
    assert one.channel.basic_get(queue, no_ack=True).body == b"second"


def test_kombus_producers_and_consumers_work_unchanged(client):
    one = client()
    exchange = Exchange(one.exchange("topic"), "topic", durable=True)
    queue = Queue(one.queue(), exchange, routing_key="case.*", durable=True)
    arrived = []

    def note(body, message):
        arrived.append((body, message.payload, message.headers["id"], message.properties["content_type"]))
        message.ack()

    with one.connection.Consumer(queue, callbacks=[note], prefetch_count=1, accept=["json"]):
        producer = one.connection.Producer(exchange=exchange, serializer="json")
        for number in range(3):
            producer.publish({"案": number}, routing_key="case.decided", headers={"id": number}, retry=True)
        until(lambda: len(arrived) == 3, one)
    assert arrived == [({"案": n}, {"案": n}, n, "application/json") for n in range(3)]
    assert one.ready(queue.name) == 0
