"""The harness itself: servers that die and come back, and faults that clients see."""

import threading
import uuid

import amqp
import psycopg2
import pytest

from tests.harness import PrivateBroker, PrivatePostgres, Proxy, wait_for
from tests.harness.databases import answers, connect


def raw_connection(port, **options):
    connection = amqp.Connection(host=f"127.0.0.1:{port}", virtual_host="plumbline", connect_timeout=5, **options)
    connection.connect()
    return connection


def publish(channel, queue):
    """One persistent message, confirmed."""
    channel.confirm_select()
    channel.basic_publish_confirm(amqp.Message("x", delivery_mode=2), routing_key=queue)


@pytest.fixture(scope="module")
def private_broker():
    with PrivateBroker() as broker:
        yield broker


@pytest.fixture(scope="module")
def private_postgres():
    with PrivatePostgres() as postgres:
        yield postgres


def test_a_private_broker_keeps_its_port_and_its_durable_messages_over_a_restart_and_a_kill(private_broker):
    queue, port = f"kept-{uuid.uuid4().hex}", private_broker.port
    with raw_connection(port).channel() as channel:
        channel.queue_declare(queue, durable=True, auto_delete=False)
        publish(channel, queue)
    private_broker.restart()  # first of all: a kill just after a declaration may lose the queue
    assert private_broker.port == port
    assert private_broker.queues()[queue] == 1
    private_broker.kill()
    with pytest.raises(OSError):
        raw_connection(port)
    private_broker.start()
    assert private_broker.queues()[queue] == 1


def test_a_memory_alarm_blocks_a_publishing_connection_until_it_ends(private_broker):
    seen = []
    connection = raw_connection(
        private_broker.port,
        on_blocked=lambda reason: seen.append("blocked"),
        on_unblocked=lambda: seen.append("unblocked"),
    )
    channel = connection.channel()
    private_broker.alarm(True)
    channel.basic_publish(amqp.Message("x"), routing_key="nowhere")
    connection.drain_events(timeout=10)
    assert seen == ["blocked"]
    private_broker.alarm(False)
    connection.drain_events(timeout=10)
    assert seen == ["blocked", "unblocked"]
    connection.close()


def test_behind_a_half_open_proxy_nothing_arrives_and_nothing_breaks_until_it_heals(private_broker):
    with Proxy(private_broker.port) as proxy:
        assert f"127.0.0.1:{proxy.port}/plumbline" in proxy.url_for(private_broker.url)
        connection = raw_connection(proxy.port)
        proxy.half_open()
        channel_opened = threading.Event()
        threading.Thread(target=lambda: (open_channel(connection), channel_opened.set()), daemon=True).start()
        assert not channel_opened.wait(0.5)
        proxy.heal()
        assert channel_opened.wait(5), "healing resets a connection that lost bytes"
        with raw_connection(proxy.port) as fresh:
            assert fresh.channel().is_open


def open_channel(connection):
    try:
        connection.channel()
    except OSError as failure:
        return failure
    raise AssertionError("opened through a half-open proxy")


def test_a_stalled_proxy_delays_and_loses_nothing(private_broker):
    with Proxy(private_broker.url) as proxy:
        connection = raw_connection(proxy.port)
        proxy.stall()
        opened = []
        threading.Thread(target=lambda: opened.append(connection.channel()), daemon=True).start()
        proxy.heal()
        assert wait_for(lambda: opened, 5, "the channel")[0].is_open
        connection.close()


def test_a_cut_proxy_resets_the_old_and_the_new(private_broker):
    with Proxy(private_broker.port) as proxy:
        connection = raw_connection(proxy.port)
        proxy.cut()
        with pytest.raises(OSError):
            connection.channel()
        with pytest.raises(OSError):
            raw_connection(proxy.port)
        proxy.heal()
        raw_connection(proxy.port).close()


def test_a_private_postgres_keeps_what_was_committed_over_a_kill_and_a_restart(private_postgres):
    url = private_postgres.database("kept")
    with connect(url) as open_one, open_one.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (id int)")
    private_postgres.kill()
    assert not answers(url)
    private_postgres.start()
    private_postgres.restart()
    copy = private_postgres.database("copy", like=url)
    for database in (url, copy):
        with connect(database) as fresh, fresh.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM kept")
            assert cursor.fetchone() == (0,)


def test_an_immediate_restart_breaks_the_connections_there_are(private_postgres):
    connection = connect(private_postgres.admin_url)
    private_postgres.restart()
    with pytest.raises(psycopg2.OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_shared_servers_give_a_virtual_host_and_databases_of_our_own(broker, postgres):
    first, second = postgres.database("same"), postgres.database("same")
    assert first != second
    assert answers(first)
    assert answers(second)
    postgres.drop(first)
    assert not answers(first)
    assert "/plumbline-test-" in broker.url
