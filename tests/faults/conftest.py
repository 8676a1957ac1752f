"""Private servers, which may be killed, and the town as processes on them, shared by the tests of a file."""

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


@pytest.fixture(scope="module")
def empty_scene(own_broker, own_postgres, tmp_path_factory):
    """Servers, databases and queues; nothing runs yet."""
    scene = Scene(own_broker, own_postgres, str(tmp_path_factory.mktemp("data")))
    yield scene
    scene.close()


@pytest.fixture(scope="module")
def running(empty_scene):
    """One process per service, the same ones for all tests of a file: none may end of a fault."""
    empty_scene.run("speaker", wait=False)
    empty_scene.run("hearer", wait=False)
    empty_scene.ready()
    return empty_scene


@pytest.fixture
def scene(running):
    """The running town, with its servers up again afterwards, whatever the test did to them."""
    yield running
    running.heal()


@pytest.fixture
def load(scene):
    """Clients that act; they have begun."""
    load = Load(scene.town.settings)
    load.until_done(20)
    yield load
    load.stop()


@pytest.fixture
def without_database(own_broker, own_postgres, tmp_path):
    """The town's surroundings; then the database is killed."""
    scene = Scene(own_broker, own_postgres, str(tmp_path))
    own_postgres.kill()
    yield scene
    scene.heal()
    scene.close()
