"""Private servers, which may be killed, and the town as processes on them, shared by all these tests."""

import pytest

from tests.faults.load import Load
from tests.faults.scene import Scene
from tests.harness import PrivateBroker, PrivatePostgres


@pytest.fixture(scope="package")
def own_broker():
    with PrivateBroker() as broker:
        yield broker


@pytest.fixture(scope="package")
def own_postgres():
    with PrivatePostgres() as postgres:
        yield postgres


@pytest.fixture(scope="package")
def running(own_broker, own_postgres, tmp_path_factory):
    """One process per service, the same ones for all tests: none may end of a fault that is not its own death."""
    scene = Scene(own_broker, own_postgres, str(tmp_path_factory.mktemp("data")))
    scene.run("speaker", wait=False)
    scene.run("hearer", wait=False)
    scene.ready()
    yield scene
    scene.close()


@pytest.fixture
def scene(running):
    """The running town, with everything up again afterwards, whatever the test did to it."""
    yield running
    running.heal()


@pytest.fixture
def load(scene):
    """Clients that act; they have begun."""
    load = Load(scene.town.settings)
    try:
        load.until_done(20)
        yield load
    finally:
        load.stop()


@pytest.fixture
def empty_scene(own_broker, own_postgres, tmp_path):
    """Surroundings of its own in which nothing runs."""
    scene = Scene(own_broker, own_postgres, str(tmp_path))
    yield scene
    scene.heal()
    scene.close()
