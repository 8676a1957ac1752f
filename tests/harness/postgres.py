"""A PostgreSQL that a test may stop, kill and start again."""

from typing import Self

from tests.harness.containers import cluster_in_container
from tests.harness.databases import Databases, answers
from tests.harness.postgresql import ROLE, Cluster, cluster_after_apt, installed_cluster
from tests.harness.waiting import wait_for
from tests.harness.ways import APT, DOCKER, INSTALLED, first_that_works

_READY_S = 60.0
_FAST = {"fsync": "off", "max_connections": "200", "shared_buffers": "64MB"}  # kill -9 of a process loses no page cache


class PrivatePostgres:
    """A PostgreSQL of the test's own; a context manager. `settings` are laid over fast ones."""

    def __init__(self, settings: dict[str, str] | None = None) -> None:
        chosen = {**_FAST, **(settings or {})}
        self._cluster: Cluster = first_that_works(
            "PostgreSQL",
            {
                INSTALLED: lambda: installed_cluster(chosen),
                APT: lambda: cluster_after_apt(chosen),
                DOCKER: lambda: cluster_in_container(chosen),
            },
        )
        self._databases = Databases(self.admin_url, guarded=False)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    @property
    def how(self) -> str:
        """By which way it runs."""
        return self._cluster.how

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return self._cluster.port

    @property
    def admin_url(self) -> str:
        """The database that is always there, with all rights."""
        return f"postgresql://{ROLE}@127.0.0.1:{self.port}/postgres"

    def url(self, database: str = "postgres") -> str:
        """The URL of a database, for SQLAlchemy."""
        return self._databases.url(database)

    def database(self, name: str, like: str | None = None) -> str:
        """Make a fresh database (a copy, if `like` is the URL of one); its URL."""
        return self._databases.create(name, like)

    def start(self) -> None:
        """Begin (again) and wait until it answers; after a kill it recovers first."""
        self._cluster.start()
        self.await_ready()

    def stop(self, mode: str = "fast") -> None:
        """End: smart, fast or immediate, as pg_ctl names them."""
        self._cluster.end(mode)

    def restart(self, mode: str = "immediate") -> None:
        """End and begin again; immediate leaves every client in the middle of what it did."""
        self.stop(mode)
        self.start()

    def kill(self) -> None:
        """SIGKILL to all its processes."""
        self._cluster.kill()

    def await_ready(self, seconds: float = _READY_S) -> None:
        """Until it answers a query."""
        try:
            wait_for(lambda: answers(self.admin_url), seconds, f"PostgreSQL on port {self.port}")
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self._cluster.log()[-3000:]}") from None

    def close(self) -> None:
        """End it and remove its data."""
        self._cluster.close()
