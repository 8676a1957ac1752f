"""The unit of work: state, outbox rows and due work saved together, or none of them."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import MetaData, Table, insert, inspect
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from plumbline.mesh import clock, traces
from plumbline.mesh.context import remaining
from plumbline.mesh.errors import DeadlinePassed, ReadOnlyWork, StaleVersion, UnsaidChange, WorkInsideWork
from plumbline.mesh.storage import sqlite
from plumbline.mesh.storage.asking import DueWork, Jobs
from plumbline.mesh.storage.database import Database
from plumbline.mesh.storage.tables import outbox

#: True while a transaction of this greenlet is open, so that no call goes out from inside it.
work_is_open: ContextVar[bool] = ContextVar("plumbline_work_is_open", default=False)
#: How many units this entrypoint has committed: an act that has, is never started over.
commits: ContextVar[int] = ContextVar("plumbline_commits", default=0)


@dataclass(frozen=True)
class Storage:
    """What a service keeps: its tables, its repositories, and per source the tables that events alone fill."""

    service: str
    metadata: MetaData
    repositories: Mapping[str, Callable[[Session], Any]] = field(default_factory=dict)
    projections: Mapping[str, tuple[Table, ...]] = field(default_factory=dict)
    package: str = ""  #: the package whose `migrations/versions` hold the revisions; services.<name>.storage if empty


class Work:
    """One transaction with the repositories as attributes; only `commit` saves."""

    def __init__(
        self,
        storage: Storage,
        session: Session,
        legal_now: datetime,
        committed: Callable[[bool], None],
        *,
        write: bool = True,
    ) -> None:
        self.session, self.legal_now, self._write = session, legal_now, write
        self.due, self.jobs = DueWork(session), Jobs(session, legal_now)
        self._committed, self._said, self._flushed = committed, [], 0  # type: ignore[var-annotated]
        for name, repository in storage.repositories.items():
            setattr(self, name, repository(session))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"this unit of work has no repository {name!r}")

    @property
    def today(self) -> date:
        """The legal date of the act."""
        return clock.legal_date(self.legal_now)

    def new_id(self) -> str:
        """An identifier for a new aggregate."""
        return str(uuid.uuid4())

    def say(self, aggregate: Any, event: type, data: Any) -> None:
        """Tell the other services, in this very transaction, what happened to `aggregate`."""
        aggregate.version += 1
        self._said.append(
            {
                "id": _event_id(),
                "type": event.TYPE,  # type: ignore[attr-defined]
                "aggregate": aggregate.id,
                "sequence": aggregate.version,
                "occurred_at": self.legal_now,
                "recorded_at": clock.utcnow(),
                "traceparent": traces.current(),
                "data": form(event).dump(asdict(data) if is_dataclass(data) and not isinstance(data, type) else data),
            }
        )

    def flush(self) -> None:
        """Write state and outbox rows, not yet for good; refuses a change that said nothing."""
        for instance in self.session.new | self.session.dirty | self.session.deleted:
            self._refuse_unsaid(instance)
        try:
            self.session.flush()
        except StaleDataError as error:
            raise StaleVersion(str(error)) from error
        if self._said[self._flushed :]:
            self.session.execute(insert(outbox), self._said[self._flushed :])
            self._flushed = len(self._said)

    def _refuse_unsaid(self, instance: Any) -> None:
        state = inspect(instance)
        removed = instance in self.session.deleted
        if state.mapper.version_id_col is None or not (removed or self.session.is_modified(instance)):
            return
        if not state.attrs.version.history.has_changes() or not instance.version:
            raise UnsaidChange(f"{type(instance).__name__} changed and said no event")

    def commit(self) -> None:
        """Save everything, unless nobody waits for it any more."""
        if not self._write:
            raise ReadOnlyWork("this unit of work is for reading")
        self.flush()
        left = remaining()
        if left is not None and left <= 0:
            raise DeadlinePassed
        commits.set(commits.get() + 1)
        try:
            self.session.commit()
        except OperationalError as error:
            if sqlite.took_nothing(error):
                commits.set(commits.get() - 1)
            raise
        self._committed(bool(self._said))
        self._said, self._flushed = [], 0


class OpenWork:
    """The block ``with self.work() as work:``; leaving it without `commit` rolls back."""

    def __init__(self, storage: Storage, database: Database, committed: Callable[[bool], None], *, write: bool) -> None:
        self._storage, self._database, self._committed, self._write = storage, database, committed, write
        self._stack = ExitStack()

    def __enter__(self) -> Work:
        if self._write and work_is_open.get():
            raise WorkInsideWork("finish one unit of work before beginning another")
        database = self._database
        session = self._stack.enter_context(database.writing() if self._write else database.reading())
        token = work_is_open.set(True)
        self._stack.callback(work_is_open.reset, token)
        return Work(self._storage, session, clock.legal_now(), self._committed, write=self._write)

    def __exit__(self, *exc_info: Any) -> None:
        self._stack.close()


#: A unique key that is taken: PostgreSQL's class, SQLite's extended codes for UNIQUE and PRIMARY KEY.
_TAKEN = ("23505", 2067, 1555)


def another_came_first(error: BaseException) -> bool:
    """Whether the same act, judged afresh, may well succeed, or be refused for a better reason."""
    if isinstance(error, IntegrityError):
        return (getattr(error.orig, "pgcode", None) or getattr(error.orig, "sqlite_errorcode", None)) in _TAKEN
    return isinstance(error, StaleVersion)


_dice = random.Random()  # of our own: whoever seeds the common one must not make ids come again


@cache
def form(schema: type) -> Any:
    """The one instance of a schema: making one costs more than using it."""
    return schema()


def _event_id() -> str:
    """Unique, not secret; the system's own randomness would cost a system call per event."""
    return str(uuid.UUID(int=_dice.getrandbits(128), version=4))
