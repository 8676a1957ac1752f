"""Private servers, which may be killed, and the town as processes on them."""

import pytest

from tests.faults.load import Load
from tests.faults.scene import Scene
from tests.harness import PrivateBroker, PrivatePostgres
from tests.mesh.conftest import without_queues
from tests.mesh.town.town import STORAGES, Town


@pytest.fixture(scope="package")
def own_broker():
    with PrivateBroker() as broker:
        yield broker


@pytest.fixture(scope="package")
def own_postgres():
    with PrivatePostgres() as postgres:
        yield postgres


@pytest.fixture
def town(own_broker, own_postgres, tmp_path):
    """The town on the private servers, with fresh databases and queues."""
    urls = {f"PLUMBLINE_DATABASE_URL_{name.upper()}": own_postgres.database(name) for name in STORAGES}
    town = Town({
        "PLUMBLINE_DATA_DIR": str(tmp_path),
        "PLUMBLINE_BROKER_URL": without_queues(own_broker.url),
        "PLUMBLINE_HEARTBEAT_S": "2",
        **urls,
    })  # fmt: skip
    yield town
    town.stop()


@pytest.fixture
def scene(town):
    """One process per service."""
    scene = Scene(town)
    scene.run("speaker")
    scene.run("hearer")
    yield scene
    scene.close()


@pytest.fixture
def load(scene):
    """Clients that act; they have begun."""
    load = Load(scene.town.settings)
    load.until_done(20)
    yield load
    load.stop()
