"""The real services in both ways to run: in one process on SQLite, and over RabbitMQ on PostgreSQL."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from kombu import Connection
from sqlalchemy import create_engine, inspect, text

from plumbline.mesh import city, clock
from plumbline.mesh.broker import inproc
from plumbline.mesh.broker.topology import queues
from plumbline.mesh.storage.tables import KERNEL
from tests.component.town import Town

_names = itertools.count()


@pytest.fixture
def members():
    """The services that exist; a test module that needs others says so."""
    return ("subjects",)


@pytest.fixture(scope="session")
def kept_databases(request):
    """Databases on PostgreSQL, each made once; each test finds them empty."""
    postgres, made = request.getfixturevalue("postgres"), {}

    def database(service, storage):
        if service not in made:
            made[service] = postgres.database(service)
        empty(made[service], (*KERNEL.sorted_tables, *storage.metadata.sorted_tables))
        return made[service]

    return database


def empty(url, tables):
    """Take out what an earlier test left, its sessions included."""
    engine = create_engine(url)
    with engine.begin() as connection:
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
        there = set(inspect(connection).get_table_names())
        names = [table.name for table in tables if table.name in there and table.name != "outbox_head"]
        if names:
            connection.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY"))
            connection.execute(text("UPDATE outbox_head SET position = 0, epoch = 1, holder = NULL"))
    engine.dispose()


@pytest.fixture(params=["embedded", "mesh"])
def surroundings(request, tmp_path, members):
    """Settings of one of the two ways to run, with databases and queues nobody else uses."""
    name = f"component{next(_names)}"
    if request.param == "embedded":
        request.addfinalizer(lambda: inproc.reset(name))
        return {"PLUMBLINE_DATA_DIR": str(tmp_path), "PLUMBLINE_BROKER_URL": f"inproc:///{name}"}
    broker, database = request.getfixturevalue("broker"), request.getfixturevalue("kept_databases")
    with Connection(broker.url) as connection:
        for queue in queues(city.parties()):
            connection.channel().queue_delete(queue)
    databases = {
        f"PLUMBLINE_DATABASE_URL_{service.upper()}": database(service, storage)
        for service, storage in city.storages(members)
    }
    return {"PLUMBLINE_DATA_DIR": str(tmp_path), "PLUMBLINE_BROKER_URL": broker.url, **databases}


@pytest.fixture
def town(members, surroundings):
    """Databases and queues of the members; nothing runs yet."""
    town = Town(members, surroundings)
    yield town
    town.close()


@pytest.fixture
def legal_clock(monkeypatch):
    """Legal time stands where the test puts it; technical time goes on."""
    moved = LegalClock()
    monkeypatch.setattr(clock, "_legal", moved.now)
    return moved


class LegalClock:
    """A legal clock that a test moves by hand."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 3, 2, 1, tzinfo=clock.SHANGHAI)

    def now(self) -> datetime:
        """The legal instant."""
        return self.instant

    def advance(self, **by: int) -> None:
        """Put it forward."""
        self.instant += timedelta(**by)
