"""Databases on a PostgreSQL server: made fresh under names that nobody else uses, dropped afterwards."""

import contextlib
import re
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql

from tests.harness import guardian

_DRIVER = "postgresql+psycopg2"
_DROPPING = ["env", f"PYTHONPATH={Path(__file__).parents[2]}", sys.executable, "-m", "tests.harness.databases"]
_DROP = "DROP DATABASE IF EXISTS {} WITH (FORCE)"


class Databases:
    """The databases that one test process makes on one server."""

    def __init__(self, admin_url: str, guarded: bool = True) -> None:
        self._admin_url = admin_url
        self._guarded = guarded
        self._made: dict[str, int | None] = {}

    def create(self, name: str, like: str | None = None) -> str:
        """Make an empty database, or a copy of the one that the URL `like` leads to; the URL for SQLAlchemy."""
        unique = f"plumbline_test_{secrets.token_hex(4)}_{re.sub(r'[^a-z0-9_]', '_', name.lower())}"[:63]
        template = urlsplit(like).path.lstrip("/") if like else "template0"
        self._execute("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE {}", unique, template)
        dropping = [*_DROPPING, self._admin_url, unique]
        self._made[unique] = guardian.guard_command(dropping) if self._guarded else None
        return self.url(unique)

    def url(self, database: str) -> str:
        """The URL of a database on this server, for SQLAlchemy."""
        parts = urlsplit(self._admin_url)
        return parts._replace(scheme=_DRIVER, path=f"/{database}").geturl()

    def drop(self, url: str) -> None:
        """Drop one of those made, whoever may still be connected."""
        name = urlsplit(url).path.lstrip("/")
        self._execute(_DROP, name)
        if (guard := self._made.pop(name)) is not None:
            guardian.drop(guard)

    def drop_all(self) -> None:
        """Drop all that were made."""
        for name in list(self._made):
            self.drop(self.url(name))

    def _execute(self, statement: str, *names: str) -> None:
        execute(self._admin_url, statement, *names)


def execute(url: str, statement: str, *names: str) -> None:
    """One statement outside any transaction, the names put in quoted."""
    with contextlib.closing(connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def connect(url: str) -> "psycopg2.extensions.connection":
    """A raw connection, for administration."""
    plain = urlsplit(url)._replace(scheme="postgresql").geturl()
    return psycopg2.connect(plain, connect_timeout=5)


def answers(url: str) -> bool:
    """Whether the server takes connections and answers a query."""
    try:
        with contextlib.closing(connect(url)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return True
    except psycopg2.OperationalError:
        return False


if __name__ == "__main__":
    execute(sys.argv[1], _DROP, sys.argv[2])
