"""The real services in both ways to run: in one process on SQLite, and over RabbitMQ on PostgreSQL."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from kombu import Connection

from plumbline.mesh import city, clock
from plumbline.mesh.broker import inproc
from plumbline.mesh.broker.topology import queues
from tests.component.town import Town

_names = itertools.count()


@pytest.fixture
def members():
    """The services that exist; a test module that needs others says so."""
    return ("subjects",)


@pytest.fixture(params=["embedded", "mesh"])
def surroundings(request, tmp_path, members):
    """Settings of one of the two ways to run, with databases and queues nobody else uses."""
    name = f"component{next(_names)}"
    if request.param == "embedded":
        request.addfinalizer(lambda: inproc.reset(name))
        return {"PLUMBLINE_DATA_DIR": str(tmp_path), "PLUMBLINE_BROKER_URL": f"inproc:///{name}"}
    broker, postgres = request.getfixturevalue("broker"), request.getfixturevalue("postgres")
    with Connection(broker.url) as connection:
        for queue in queues(city.parties()):
            connection.channel().queue_delete(queue)
    databases = {
        f"PLUMBLINE_DATABASE_URL_{service.upper()}": postgres.database(f"{service}_{name}")
        for service, _ in city.storages(members)
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
