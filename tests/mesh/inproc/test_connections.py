"""Connections to the in-process broker block without polling, fail like real ones, and let the hub run."""

import eventlet
import pytest
from amqp.exceptions import ConnectionForced, NotFound, RecoverableConnectionError
from kombu import Connection

from plumbline.mesh.broker import inproc
from tests.mesh.inproc.clients import Client, bodies, drains, nothing_comes, outcome, until


def test_a_drain_without_events_times_out_as_a_socket_does(client):
    with pytest.raises(TimeoutError):
        client().connection.drain_events(timeout=0.02)


def test_a_drain_that_only_looks_returns_at_once_and_lets_others_run(own_client):
    one, ran = own_client(), []
    eventlet.spawn(ran.append, "other")
    with pytest.raises(TimeoutError):
        one.connection.drain_events(timeout=0)
    assert ran == ["other"]


def test_one_drain_handles_one_event(client):
    publisher, one = client(), client()
    queue = publisher.queue()
    arrived = one.consume(queue)
    publisher.publish("a", queue)
    publisher.publish("b", queue)
    one.connection.drain_events(timeout=5)
    assert bodies(arrived) == ["a"]


def test_a_publish_wakes_the_drain_of_the_consumer(own_client):
    publisher, consumer = own_client(), own_client()
    queue = publisher.queue()
    arrived = consumer.consume(queue)
    thread = drains(consumer)
    publisher.publish("a", queue)
    outcome(thread)
    assert bodies(arrived) == ["a"]


@pytest.mark.parametrize("end", ["release", "collect"])
def test_closing_from_another_greenlet_wakes_the_drain_with_an_error(own_client, end):
    one = own_client()
    errors = one.connection.connection_errors
    thread = drains(one)
    getattr(one.connection, end)()
    with pytest.raises(RecoverableConnectionError) as raised:
        outcome(thread)
    assert isinstance(raised.value, errors)
    assert one.channel.connection is None


def test_a_drain_of_a_closed_connection_raises_at_once(own_client):
    raw = own_client().connection.connection
    raw.close()
    raw.close()
    with pytest.raises(RecoverableConnectionError):
        raw.drain_events()
    with pytest.raises(RecoverableConnectionError):
        raw.channel()


def test_a_killed_drain_leaves_the_connection_usable(own_client):
    one = own_client()
    queue = one.queue()
    arrived = one.consume(queue)
    drains(one).kill()
    one.publish("a", queue)
    until(lambda: arrived, one)


def test_a_restart_fails_every_connection(own_broker, own_client):
    one, other = own_client(), own_client()
    thread = drains(one)
    own_broker.drop_connections()
    with pytest.raises(ConnectionForced) as raised:
        outcome(thread)
    assert isinstance(raised.value, one.connection.recoverable_connection_errors)
    assert not one.connection.connected
    with pytest.raises(other.connection.connection_errors):
        other.channel.basic_ack(1)
    with pytest.raises(other.connection.connection_errors):
        other.publish("a", "x")


def test_a_reader_that_was_busy_during_a_restart_hears_of_it_at_its_next_drain(own_broker, own_client):
    one = own_client()
    queue = one.queue()
    one.channel.basic_consume(queue, callback=lambda message: own_broker.drop_connections())
    one.publish("a", queue)
    one.connection.drain_events()
    with pytest.raises(ConnectionForced):
        one.connection.drain_events(timeout=5)


def test_a_restart_keeps_durable_queues_bindings_and_messages(own_broker, own_client):
    one = own_client()
    exchange = one.exchange("topic")
    queue = one.queue((exchange, "#"))
    for text in "abc":
        one.publish(text, "key", exchange)
    arrived = one.consume(queue, prefetch=2)
    until(lambda: len(arrived) == 2, one)
    one.channel.basic_ack(arrived[0].delivery_tag)
    own_broker.drop_connections()
    other = own_client()
    other.publish("d", "key", exchange)
    again = other.consume(queue)
    until(lambda: len(again) == 3, other)
    assert bodies(again) == ["b", "c", "d"]
    assert again[0].delivery_info["redelivered"]


def test_a_restart_loses_what_is_not_durable(own_broker, own_client):
    one = own_client()
    passing, exclusive = one.queue(durable=False), one.queue(exclusive=True)
    one.channel.exchange_declare("passing", "topic", auto_delete=False)
    own_broker.drop_connections()
    channel = own_client().channel
    for queue in (passing, exclusive):
        with pytest.raises(NotFound):
            channel.queue_declare(queue, passive=True)
    with pytest.raises(NotFound):
        channel.exchange_declare("passing", "topic", passive=True)


@pytest.mark.parametrize(("kind", "kept"), [("classic", ["b"]), ("quorum", ["a", "b"])])
def test_a_restart_loses_transient_messages_of_a_classic_queue(own_broker, own_client, kind, kept):
    one = own_client()
    queue = one.queue(arguments={"x-queue-type": kind})
    one.publish("a", queue, delivery_mode=1)
    one.publish("b", queue)
    own_broker.drop_connections()
    other = own_client()
    arrived = other.consume(queue)
    until(lambda: len(arrived) == len(kept), other)
    assert nothing_comes(other)
    assert bodies(arrived) == kept


def test_a_broker_that_refuses_lets_nobody_in_until_it_takes_them_again(own_broker, own_url, own_client):
    own_broker.refuse(True)
    connection = Connection(own_url)
    with pytest.raises(ConnectionRefusedError) as raised:
        connection.transport.establish_connection()
    assert isinstance(raised.value, connection.recoverable_connection_errors)
    own_broker.refuse(False)
    assert own_client().connection.connected


def test_kombu_reconnects_a_producer_after_a_restart(own_broker, own_client):
    one = own_client()
    queue = one.queue()
    producer = one.connection.Producer()
    own_broker.drop_connections()
    producer.publish("a", routing_key=queue, retry=True, retry_policy={"max_retries": 3, "interval_start": 0})
    assert own_client().ready(queue) == 1


def test_brokers_of_different_names_know_nothing_of_each_other(own_client):
    one = own_client()
    queue = one.queue()
    other = Client("inproc:///another-broker")
    with pytest.raises(NotFound):
        other.channel.queue_declare(queue, passive=True)
    other.connection.release()


def test_an_url_without_a_name_is_the_broker_of_the_process():
    with Connection("inproc://") as connection:
        assert connection.connection.broker is inproc.broker()


def test_a_reset_broker_is_empty_and_takes_connections(own_broker, own_client):
    one = own_client()
    queue = one.queue()
    own_broker.refuse(True)
    inproc.reset(own_broker.name)
    with pytest.raises(ConnectionForced):
        one.connection.drain_events()
    with pytest.raises(NotFound):
        own_client().channel.queue_declare(queue, passive=True)


def test_heartbeats_have_nothing_to_do(own_client):
    connection = own_client().connection
    assert connection.get_heartbeat_interval() == 0
    connection.heartbeat_check(rate=2)
    connection.connection.send_heartbeat()
    assert connection.connected
