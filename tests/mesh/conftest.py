"""The town in both ways to run: in one process on SQLite, and over RabbitMQ on PostgreSQL."""

import itertools
import shutil

import eventlet
import pytest
from kombu import Connection
from sqlalchemy import text

from plumbline.mesh.broker import inproc
from plumbline.mesh.broker.topology import queues
from plumbline.mesh.storage.database import Database
from plumbline.mesh.storage.migrate import migrate
from plumbline.mesh.storage.tables import KERNEL
from tests.mesh.town.queues import Queues
from tests.mesh.town.town import PARTIES, STORAGES, Town

_names = itertools.count()


@pytest.fixture(scope="session")
def town_files(tmp_path_factory):
    """The town's databases as files, made once, to be copied."""
    folder = tmp_path_factory.mktemp("town")
    for name, storage in STORAGES.items():
        database = Database(f"sqlite:///{folder / name}.db")
        migrate(database, storage)
        database.close()
    return folder


@pytest.fixture(scope="session")
def town_databases(request):
    """The town's databases on PostgreSQL, made once; each test finds them empty."""
    postgres = request.getfixturevalue("postgres")
    databases = {}
    for name, storage in STORAGES.items():
        databases[name] = Database(postgres.database(name), pool=1)
        migrate(databases[name], storage)
    yield databases
    for database in databases.values():
        database.close()


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


def without_rows(database, storage):
    """A database without what an earlier test left in it, sessions included; its URL."""
    tables = [table.name for table in (*KERNEL.sorted_tables, *storage.metadata.sorted_tables)]
    with database.writing() as session:
        session.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                 " AND pid <> pg_backend_pid()")
        )  # fmt: skip
        session.execute(text(";".join(f"DELETE FROM {name}" for name in tables if name != "outbox_head")))
        session.execute(text("UPDATE outbox_head SET position = 0, epoch = 1, holder = NULL"))
        session.commit()
    database.engine.dispose()  # tests close connections at the server
    return database.url.render_as_string(hide_password=False)


@pytest.fixture
def build(surroundings, town_files):
    """Makes the surroundings of both services, with other settings if need be; nothing runs yet."""
    built = []
    for file in town_files.glob("*.db"):
        shutil.copy(file, surroundings["PLUMBLINE_DATA_DIR"])

    def build(**settings):
        changed = {f"PLUMBLINE_{name.upper()}": str(value) for name, value in settings.items()}
        built.append(Town({**surroundings, **changed}, migrated=True))
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
