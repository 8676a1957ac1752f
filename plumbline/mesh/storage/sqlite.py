"""SQLite under eventlet: explicit transactions, one writer at a time, waits that yield."""

from __future__ import annotations

import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import eventlet
from eventlet.semaphore import Semaphore
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from plumbline.mesh.errors import PoolExhausted

#: How long a statement may wait inside C, where no other greenlet runs.
BUSY_MS = 20

_writers: dict[str, Semaphore] = defaultdict(Semaphore)


def prepare(engine: Engine, synchronous: str) -> None:
    """Make connections of this engine begin only when told to, in write-ahead mode."""

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late and is never IMMEDIATE
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _began(connection) -> None:
        if not connection.get_execution_options().get("plumbline_write"):
            connection.exec_driver_sql("BEGIN")
            return
        _begin_immediate(connection, connection.get_execution_options().get("plumbline_wait_s", 5.0))


def _begin_immediate(connection, wait_s: float) -> None:
    """Take the write lock against other processes, yielding between tries."""
    give_up = time.monotonic() + wait_s
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        except OperationalError as error:
            if "locked" not in str(error.orig) or time.monotonic() > give_up:
                raise
            eventlet.sleep(0.005)


def took_nothing(error: OperationalError) -> bool:
    """Whether a failed commit has certainly saved nothing: the disk was full before the last page was written."""
    return getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


@contextmanager
def only_writer(path: str, wait_s: float) -> Iterator[None]:
    """Hold the right to write to this file among this process's greenlets; raises PoolExhausted after `wait_s`."""
    if not _writers[path].acquire(timeout=wait_s):
        raise PoolExhausted(f"{path}: others are writing")
    try:
        yield
    finally:
        _writers[path].release()
