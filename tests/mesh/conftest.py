"""The town in both ways to run: in one process on SQLite, and over RabbitMQ on PostgreSQL."""

import itertools

import pytest
from kombu import Connection

from plumbline.mesh.broker.topology import queues
from tests.mesh.town.town import PARTIES, Town

_names = itertools.count()


@pytest.fixture(params=["embedded", "mesh"])
def surroundings(request, tmp_path):
    """Settings of one of the two ways to run, with databases and queues nobody else uses."""
    if request.param == "embedded":
        return {"PLUMBLINE_DATA_DIR": str(tmp_path), "PLUMBLINE_BROKER_URL": f"inproc:///town{next(_names)}"}
    broker, postgres = request.getfixturevalue("broker"), request.getfixturevalue("postgres")
    return {
        "PLUMBLINE_DATA_DIR": str(tmp_path),
        "PLUMBLINE_BROKER_URL": emptied(broker.url),
        "PLUMBLINE_DATABASE_URL_SPEAKER": postgres.database("speaker"),
        "PLUMBLINE_DATABASE_URL_HEARER": postgres.database("hearer"),
    }


def emptied(url):
    """The virtual host of this test run, without the town's queues that an earlier test left."""
    with Connection(url) as connection:
        channel = connection.channel()
        for name in queues(PARTIES):
            channel.queue_delete(name)
    return url


@pytest.fixture
def town(surroundings):
    """Both services' surroundings; nothing runs yet."""
    town = Town(surroundings)
    yield town
    town.stop()
