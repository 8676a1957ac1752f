"""A publish that waits for its confirm returns when the message is handled, and not for ever: in this process."""

import eventlet
import pytest
from amqp.exceptions import NotFound, RecoverableChannelError

from tests.mesh.inproc.clients import until


def test_a_confirming_publish_waits_for_the_ack(own_client):
    publisher = own_client(transport_options={"confirm_publish": True})
    consumer = own_client()
    queue = publisher.queue()
    publishing = eventlet.spawn(publisher.publish, "a", queue)
    arrived = consumer.consume(queue)
    until(lambda: arrived, consumer)
    assert not publishing.dead
    consumer.channel.basic_ack(arrived[0].delivery_tag)
    with eventlet.Timeout(5):
        publishing.wait()


def test_a_confirming_publish_gives_up_in_time_and_the_message_stays(own_client):
    publisher = own_client(transport_options={"confirm_publish": True})
    queue = publisher.queue()
    message = publisher.channel.prepare_message(b"a")
    with pytest.raises(TimeoutError):
        publisher.channel.basic_publish(message, "", queue, confirm_timeout=0.02)
    assert publisher.ready(queue) == 1


def test_publishers_waiting_on_one_connection_each_get_their_own_confirm(own_client):
    publisher = own_client(transport_options={"confirm_publish": True})
    consumer = own_client()
    queues = [publisher.queue() for _ in range(3)]
    waiting = [eventlet.spawn(publisher.publish, "a", queue) for queue in queues]
    for number in (2, 0, 1):
        arrived = consumer.consume(queues[number], ack=True)
        until(lambda arrived=arrived: arrived, consumer)
        with eventlet.Timeout(5):
            waiting[number].wait()
        assert [thread.dead for thread in waiting].count(True) == {2: 1, 0: 2, 1: 3}[number]


def test_a_confirming_publish_fails_when_its_channel_is_closed_meanwhile(own_client):
    publisher = own_client(transport_options={"confirm_publish": True})
    publishing = eventlet.spawn(publisher.publish, "a", publisher.queue())
    eventlet.sleep(0)
    with pytest.raises(NotFound):
        publisher.channel.queue_declare("nowhere", passive=True)
    with eventlet.Timeout(5), pytest.raises(RecoverableChannelError):
        publishing.wait()


def test_a_confirming_publish_fails_when_its_connection_is_lost_meanwhile(own_broker, own_client):
    publisher = own_client(transport_options={"confirm_publish": True})
    publishing = eventlet.spawn(publisher.publish, "a", publisher.queue())
    eventlet.sleep(0)
    own_broker.drop_connections()
    with eventlet.Timeout(5), pytest.raises(publisher.connection.connection_errors):
        publishing.wait()
