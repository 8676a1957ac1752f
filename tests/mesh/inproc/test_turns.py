"""In one process everybody gets a turn: queues, consumers, publishers and readers."""

import time

import eventlet

from tests.mesh.inproc.clients import bodies, drains, outcome, until


def test_several_greenlets_publish_while_one_drains(own_client):
    one = own_client()
    one.confirm()
    queue = one.queue()
    arrived = one.consume(queue, ack=True)

    def publish(name):
        for number in range(100):
            one.publish(f"{name}{number}", queue)

    threads = [eventlet.spawn(publish, name) for name in "abc"]
    until(lambda: len(arrived) == len(one.acked) == 300, one)
    for thread in threads:
        outcome(thread)
    assert sorted(one.acked) == list(range(1, 301))
    assert [body for body in bodies(arrived) if body[0] == "b"] == [f"b{number}" for number in range(100)]


def test_two_greenlets_draining_one_connection_each_get_an_event(own_client):
    publisher, consumer = own_client(), own_client()
    queue = publisher.queue()
    arrived = consumer.consume(queue)
    threads = [drains(consumer), drains(consumer)]
    publisher.publish("a", queue)
    publisher.publish("b", queue)
    for thread in threads:
        outcome(thread)
    assert bodies(arrived) == ["a", "b"]


def test_queues_take_turns_however_full_they_are(own_client):
    publisher, consumer = own_client(), own_client()
    left, right = publisher.queue(), publisher.queue()
    for queue, number in ((left, 100), (right, 10)):
        for _ in range(number):
            publisher.publish("a", queue)
    from_left, from_right = consumer.consume(left), consumer.consume(right)
    for _ in range(10):
        consumer.connection.drain_events(timeout=5)
    assert len(from_left) == len(from_right) == 5


def test_a_publisher_that_floods_lets_others_run(own_client):
    one, ran = own_client(), []
    queue = one.channel.queue_declare(exclusive=True).queue
    eventlet.spawn(ran.append, "other")
    for _ in range(200):
        one.publish("a", queue)
    assert ran == ["other"]


def test_a_drain_with_much_to_do_lets_others_run(own_client):
    publisher, consumer = own_client(), own_client()
    queue = publisher.queue()
    for _ in range(100):
        publisher.publish("a", queue)
    arrived, gaps = [], []

    def work(message):
        arrived.append(message)
        began = time.monotonic()
        while time.monotonic() - began < 0.001:
            pass

    def watch():
        while len(arrived) < 100:
            seen = time.monotonic()
            eventlet.sleep(0)
            gaps.append(time.monotonic() - seen)

    consumer.channel.basic_consume(queue, callback=work)
    thread = eventlet.spawn(watch)
    while len(arrived) < 100:
        consumer.connection.drain_events(timeout=5)
    outcome(thread)
    assert len(gaps) > 5
