"""A service's database: an engine for acts, a smaller one for the machinery, and how to open a session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from plumbline.mesh import metrics
from plumbline.mesh.errors import NOT_ANSWERED, PoolExhausted
from plumbline.mesh.storage import sqlite

#: Ends what hangs at the server: a statement, a wait for a lock, a transaction that forgot to end, a dead peer.
_POSTGRES_OPTIONS = "-c statement_timeout=10000 -c lock_timeout=4000 -c idle_in_transaction_session_timeout=60000"
_POSTGRES_TCP = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10000}


class Database:
    """Engines of one database; `pool` bounds how many connections acts may use at once."""

    def __init__(
        self, url: str, *, service: str = "", pool: int = 10, pool_timeout_s: float = 3, synchronous: str = "FULL"
    ) -> None:
        self.url, self.service = make_url(url), service
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.pool, self.pool_timeout_s, self.synchronous = pool, pool_timeout_s, synchronous
        self.engines: list[Engine] = []
        self.engine = self.another_engine(pool)

    def another_engine(self, pool: int) -> Engine:
        """A further engine with a pool of its own, closed with the database."""
        options: dict = {"pool_size": pool, "max_overflow": 0, "pool_timeout": self.pool_timeout_s}
        if self.is_sqlite:
            Path(self.url.database or "").parent.mkdir(parents=True, exist_ok=True)
            engine = create_engine(self.url, connect_args={"check_same_thread": False, "timeout": 0}, **options)
            sqlite.prepare(engine, self.synchronous)
        else:
            arguments = {"options": _POSTGRES_OPTIONS, "connect_timeout": 3, **_POSTGRES_TCP}
            engine = create_engine(self.url, connect_args=arguments, **options)
        self.engines.append(engine)
        return engine

    @contextmanager
    def writing(self, engine: Engine | None = None) -> Iterator[Session]:
        """A session in a write transaction; it rolls back unless it was committed."""
        if self.is_sqlite:
            mine = sqlite.only_writer(str(self.url.database), self.pool_timeout_s)
            with mine, self._session(engine, write=True) as session:
                yield session
        else:
            with self._session(engine, write=True) as session:
                yield session

    @contextmanager
    def reading(self, engine: Engine | None = None) -> Iterator[Session]:
        """A session for reading; never committed."""
        with self._session(engine, write=False) as session:
            yield session

    @contextmanager
    def _session(self, engine: Engine | None, *, write: bool) -> Iterator[Session]:
        engine = engine or self.engine
        session = Session(engine, autoflush=False, expire_on_commit=False)
        try:
            self._connect(session, engine, write=write)
            yield session
        finally:
            session.close()

    def _connect(self, session: Session, engine: Engine, *, write: bool) -> None:
        """Begin; counts when a connection had to be waited for."""
        counts = metrics.pool(self.service, "calls" if engine is self.engine else "kernel") if self.service else None
        if counts is not None and engine.pool.checkedout() >= engine.pool.size():  # type: ignore[attr-defined]
            counts.waits.inc()
        try:
            session.connection(execution_options={"plumbline_write": write})
        except PoolTimeout as error:
            if counts is not None:
                counts.timeouts.inc()
            raise PoolExhausted(str(self.url.database)) from error

    def close(self) -> None:
        """Close every pooled connection."""
        for engine in self.engines:
            engine.dispose()


#: SQLite's own troubles: busy, locked, a disk that fails, that is full, or that cannot be opened.
_SQLITE_TROUBLES = (5, 6, 10, 13, 14)
_MACHINERY = (InterfaceError, PoolExhausted, PoolTimeout, *NOT_ANSWERED, ConnectionError, TimeoutError)


def is_infrastructure(error: BaseException) -> bool:
    """Whether the machinery failed (database, broker, another service), not what was asked of it."""
    if isinstance(error, OperationalError):
        # SQLite calls a missing column operational as well; PostgreSQL calls it a programming error, which it is.
        code = getattr(error.orig, "sqlite_errorcode", None)
        return code is None or code & 0xFF in _SQLITE_TROUBLES
    return isinstance(error, _MACHINERY) or (isinstance(error, DBAPIError) and error.connection_invalidated)
