"""The two brokers the transport's tests run against: the one in this process, and RabbitMQ."""

import plumbline.mesh.green  # noqa: F401, I001 - must be imported first

import os
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from plumbline.mesh.broker import inproc
from tests.mesh.inproc.clients import Client


@pytest.fixture
def own_broker() -> Iterator[inproc.Broker]:
    """An in-process broker for one test."""
    name = f"test-{uuid.uuid4().hex}"
    yield inproc.broker(name)
    inproc.reset(name)


@pytest.fixture
def own_url(own_broker: inproc.Broker) -> str:
    return f"inproc:///{own_broker.name}"


@pytest.fixture(params=["inproc", "amqp"])
def url(request: pytest.FixtureRequest) -> str:
    """Every test that asks for this runs on both brokers and must find them alike."""
    if request.param == "inproc":
        return request.getfixturevalue("own_url")
    try:
        return request.getfixturevalue("broker").url
    except pytest.FixtureLookupError:
        return os.environ.get("PLUMBLINE_TEST_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672//")


def _clients(url: str) -> Iterator[Callable[..., Client]]:
    made: list[Client] = []

    def client(**options: Any) -> Client:
        made.append(Client(url, **options))
        return made[-1]

    yield client
    for one in reversed(made):
        one.clean()


@pytest.fixture
def client(url: str) -> Iterator[Callable[..., Client]]:
    """Makes clients of either broker."""
    yield from _clients(url)


@pytest.fixture
def own_client(own_url: str) -> Iterator[Callable[..., Client]]:
    """Makes clients of the in-process broker of this test."""
    yield from _clients(own_url)
