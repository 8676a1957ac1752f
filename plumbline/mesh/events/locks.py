"""The right to send: held by one relay per service, and let go of by the system when its process dies."""

from __future__ import annotations

import fcntl
import os
import zlib
from pathlib import Path
from typing import Any, Protocol

import psycopg2
from sqlalchemy import URL

from plumbline.mesh.storage.database import Database


class Lock(Protocol):
    """A lock that lives no longer than its process."""

    def take(self) -> bool:
        """Try to take it; false when another holds it."""

    def still_held(self) -> bool:
        """Whether it is held, as far as can be seen from here."""

    def release(self) -> None:
        """Let it go."""


class AdvisoryLock:
    """A PostgreSQL advisory lock on a connection of its own: when that dies, the server frees the lock."""

    def __init__(self, url: URL, name: str) -> None:
        self._url, self._key = url, zlib.crc32(name.encode())
        self._connection: Any = None
        self._held = False

    def take(self) -> bool:
        """Try to take it, over a connection that is kept; raises psycopg2.Error when the database is away."""
        if self._connection is None:
            dsn = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
            self._connection = psycopg2.connect(dsn, connect_timeout=3, keepalives_idle=5, tcp_user_timeout=10000)
            self._connection.autocommit = True
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", (self._key,))
                self._held = cursor.fetchone()[0]
        except psycopg2.Error:
            self.release()
            raise
        return self._held

    def still_held(self) -> bool:
        """Ask over the connection that holds it."""
        if self._connection is None or not self._held:
            return False
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return True
        except psycopg2.Error:
            return False

    def release(self) -> None:
        """Close the connection, and with it the lock."""
        if self._connection is not None:
            try:
                self._connection.close()
            finally:
                self._connection, self._held = None, False


class FileLock:
    """A lock beside a SQLite file: the kernel of the system frees it with the process."""

    def __init__(self, path: Path) -> None:
        self._path, self._file = path, -1

    def take(self) -> bool:
        """Try to take it."""
        if self._file >= 0:
            return True
        file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return False
        self._file = file
        return True

    def still_held(self) -> bool:
        """It is held until it is released."""
        return self._file >= 0

    def release(self) -> None:
        """Close the file, and with it the lock."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def lock_of(database: Database, name: str) -> Lock:
    """The lock `name` of this database."""
    if database.is_sqlite:
        return FileLock(Path(f"{database.url.database}.{name}.lock"))
    return AdvisoryLock(database.url, name)
