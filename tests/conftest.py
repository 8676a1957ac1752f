"""Makes every test process cooperative and gives tests the servers they ask for."""

import plumbline.mesh.green  # noqa: F401 - before anything that it must patch

# isort: split
from collections.abc import Iterator

import pytest

from tests.harness.claims import Claims
from tests.harness.options import SAID, SHARE, option
from tests.harness.servers import SharedBroker, SharedPostgres, open_broker, open_postgres


def pytest_configure(config: pytest.Config) -> None:
    """Beside other test processes of one run, take only the files that none of them has."""
    config.addinivalue_line("markers", "together(name): files whose tests one test process runs, one after another")
    if option(SHARE):
        config.pluginmanager.register(Claims(option(SHARE)))


@pytest.fixture(scope="session")
def broker(request: pytest.FixtureRequest) -> Iterator[SharedBroker]:
    """A RabbitMQ with a virtual host of this test process; `.url`."""
    broker = open_broker()
    _say(request, f"RabbitMQ: {broker.how}")
    yield broker
    broker.close()


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[SharedPostgres]:
    """A PostgreSQL on which this test process may make databases; `.database(name)` gives the URL of a fresh one."""
    postgres = open_postgres()
    _say(request, f"PostgreSQL: {postgres.how}")
    yield postgres
    postgres.close()


def _say(request: pytest.FixtureRequest, line: str) -> None:
    """Show which way was used, unless the run that started us has shown it."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    if capture and not option(SAID):
        with capture.global_and_fixture_disabled():
            print(f"\n{line}")  # noqa: T201 - the run says which server it uses
