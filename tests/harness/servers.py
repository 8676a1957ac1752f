"""The servers that one test run shares: running ones where they can be used, else private ones."""

import getpass
import secrets
import shlex
from urllib.parse import urlsplit

import psycopg2

from tests.harness.broker import PrivateBroker, greets
from tests.harness.databases import Databases
from tests.harness.options import BROKER_CTL, BROKER_URL, POSTGRES_URL, option
from tests.harness.postgres import PrivatePostgres
from tests.harness.vhosts import CtlVirtualHosts, VirtualHosts, administrator, prove
from tests.harness.ways import NAMED, PRIVATE, RUNNING, NotThisWay, first_that_works

_LOCAL_BROKER = "amqp://guest:guest@127.0.0.1:5672"


class SharedBroker:
    """A RabbitMQ that others may use too, and in it a virtual host of our own."""

    def __init__(self, server_url: str, hosts: VirtualHosts, how: str, private: PrivateBroker | None = None) -> None:
        self.server_url = server_url.rstrip("/")
        self.how = how
        self._hosts = hosts
        self._private = private
        self._vhost = f"plumbline-test-{secrets.token_hex(4)}"
        self._hosts.add(self._vhost, urlsplit(server_url).username or "guest")

    @property
    def url(self) -> str:
        """The server and our virtual host."""
        return f"{self.server_url}/{self._vhost}"

    @property
    def environment(self) -> dict[str, str]:
        """Options that lead another process to the same server."""
        ctl = shlex.join(self._hosts.command) if isinstance(self._hosts, CtlVirtualHosts) else ""
        return {BROKER_URL: self.server_url, BROKER_CTL: ctl}

    def prove(self) -> None:
        """That the virtual host is where the URL leads."""
        prove(self.server_url, self._vhost)

    def close(self) -> None:
        """Delete the virtual host, and the server if it is ours."""
        if self._private:
            self._private.close()
        else:
            self._hosts.delete(self._vhost)


class SharedPostgres:
    """A PostgreSQL that others may use too, and in it databases of our own."""

    def __init__(self, admin_url: str, how: str, private: PrivatePostgres | None = None) -> None:
        self.admin_url = admin_url
        self.how = how
        self._private = private
        self._databases = Databases(admin_url, guarded=private is None)

    @property
    def environment(self) -> dict[str, str]:
        """Options that lead another process to the same server."""
        return {POSTGRES_URL: self.admin_url}

    def database(self, name: str, like: str | None = None) -> str:
        """Make a fresh database (a copy, if `like` is the URL of one); its URL for SQLAlchemy."""
        return self._databases.create(name, like)

    def drop(self, url: str) -> None:
        """Drop one of them early."""
        self._databases.drop(url)

    def close(self) -> None:
        """Drop our databases, and end the server if it is ours."""
        if self._private:
            self._private.close()
        else:
            self._databases.drop_all()


def open_broker() -> SharedBroker:
    """Find or start RabbitMQ; one that the caller names must do."""
    if option(BROKER_URL):
        return first_that_works("RabbitMQ", {NAMED: _running_broker})
    return first_that_works("RabbitMQ", {RUNNING: _running_broker, PRIVATE: _private_broker})


def open_postgres() -> SharedPostgres:
    """Find or start PostgreSQL; one that the caller names must do."""
    if option(POSTGRES_URL):
        return first_that_works("PostgreSQL", {NAMED: _running_postgres})
    return first_that_works("PostgreSQL", {RUNNING: _running_postgres, PRIVATE: _private_postgres})


def _running_broker() -> SharedBroker:
    url = option(BROKER_URL) or _LOCAL_BROKER
    parts = urlsplit(url)
    where = f"{parts.hostname}:{parts.port or 5672}"
    if not greets(parts.port or 5672, parts.hostname or "127.0.0.1"):
        raise NotThisWay(f"nobody answers at {where}")
    try:
        broker = SharedBroker(url, administrator(url, shlex.split(option(BROKER_CTL))), f"already running at {where}")
    except (RuntimeError, OSError) as failure:
        raise NotThisWay(f"no virtual host can be made at {where}: {failure}") from None
    try:
        broker.prove()
    except NotThisWay:
        broker.close()
        raise
    return broker


def _private_broker() -> SharedBroker:
    private = PrivateBroker()
    private.start()
    return SharedBroker(private.server_url, CtlVirtualHosts(private.ctl_command, guarded=False), private.how, private)


def _running_postgres() -> SharedPostgres:
    refused = []
    for url in [option(POSTGRES_URL)] if option(POSTGRES_URL) else _local_postgres():
        parts = urlsplit(url)
        postgres = SharedPostgres(url, f"already running at {parts.hostname or 'its socket'}:{parts.port or 5432}")
        try:
            postgres.database("probe")
            postgres.close()
        except psycopg2.Error as failure:
            refused.append(" ".join(str(failure).split()))
        else:
            return postgres
    raise NotThisWay("no database can be made: " + "; ".join(dict.fromkeys(refused)))


def _local_postgres() -> list[str]:
    """With trust or the image's usual password, or as ourselves over the socket."""
    users = ("postgres", "postgres:postgres", getpass.getuser())
    over_tcp = [f"postgresql://{user}@127.0.0.1:5432/postgres" for user in users]
    return [*over_tcp, "postgresql:///postgres?host=/var/run/postgresql"]


def _private_postgres() -> SharedPostgres:
    private = PrivatePostgres()
    private.start()
    return SharedPostgres(private.admin_url, private.how, private)
