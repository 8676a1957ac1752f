"""The town in both ways to run: in one process on SQLite, and over RabbitMQ on PostgreSQL."""

import itertools

import eventlet
import pytest
from kombu import Connection
from sqlalchemy import create_engine, inspect, text

from plumbline.mesh.broker import inproc
from plumbline.mesh.broker.topology import queues
from plumbline.mesh.storage.tables import KERNEL
from tests.mesh.town.queues import Queues
from tests.mesh.town.town import PARTIES, STORAGES, Town

_names = itertools.count()


@pytest.fixture(scope="session")
def town_databases(request):
    """The town's databases on PostgreSQL, made once; each test finds them empty."""
    postgres = request.getfixturevalue("postgres")
    return {name: postgres.database(name) for name in STORAGES}


@pytest.fixture(params=["embedded", "mesh"])
def surroundings(request, tmp_path):
    """Settings of one of the two ways to run, with databases and queues nobody else uses."""
    if request.param == "embedded":
        name = f"town{next(_names)}"
        request.addfinalizer(lambda: inproc.reset(name))
        return {"PLUMBLINE_DATA_DIR": str(tmp_path), "PLUMBLINE_BROKER_URL": f"inproc:///{name}"}
    broker, databases = request.getfixturevalue("broker"), request.getfixturevalue("town_databases")
    return {
        "PLUMBLINE_DATA_DIR": str(tmp_path),
        "PLUMBLINE_BROKER_URL": without_queues(broker.url),
        "PLUMBLINE_DATABASE_URL_SPEAKER": without_rows(databases["speaker"], STORAGES["speaker"]),
        "PLUMBLINE_DATABASE_URL_HEARER": without_rows(databases["hearer"], STORAGES["hearer"]),
    }


def without_queues(url):
    """The virtual host of this test run, without the town's queues that an earlier test left."""
    with Connection(url) as connection:
        channel = connection.channel()
        for name in queues(PARTIES):
            channel.queue_delete(name)
    return url


def without_rows(url, storage):
    """A database without what an earlier test left in it, sessions included."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                 " AND pid <> pg_backend_pid()")
        )  # fmt: skip
        there = set(inspect(connection).get_table_names())
        for table in (*KERNEL.sorted_tables, *storage.metadata.sorted_tables):
            if table.name in there and table.name != "outbox_head":
                connection.execute(table.delete())
        if "outbox_head" in there:
            connection.execute(text("UPDATE outbox_head SET position = 0, epoch = 1, holder = NULL"))
    engine.dispose()
    return url


@pytest.fixture
def build(surroundings):
    """Makes the surroundings of both services, with other settings if need be; nothing runs yet."""
    built = []

    def build(**settings):
        changed = {f"PLUMBLINE_{name.upper()}": str(value) for name, value in settings.items()}
        built.append(Town({**surroundings, **changed}))
        return built[-1]

    with eventlet.Timeout(60, AssertionError("the test hangs")):
        yield build
    for town in built:
        town.stop()


@pytest.fixture
def town(build):
    """Both services' surroundings; nothing runs yet."""
    return build()


@pytest.fixture
def queue(town):
    """The town's broker as a stranger sees it."""
    with Queues(town.settings.broker_url) as found:
        yield found
