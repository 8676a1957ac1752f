"""The one loop that claims rows and works them off: inbox lanes, due work, jobs, webhooks."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextvars import copy_context
from typing import Any, Protocol

import eventlet
from eventlet.event import Event
from sqlalchemy import Row
from sqlalchemy.orm import Session

from plumbline.mesh.logs import get_logger
from plumbline.mesh.storage.database import Database, is_infrastructure
from plumbline.mesh.storage.work import work_is_open

log = get_logger(__name__)


class Claim(Protocol):
    """A table whose rows are worked off, each exactly once, by any number of replicas."""

    name: str

    def pick(self, session: Session, limit: int, only: Row | None = None) -> Sequence[Row]:
        """Rows to work off now, locked for this transaction; rows others hold are passed over."""

    def perform(self, session: Session, rows: Sequence[Row], *, careful: bool) -> Any:
        """The effects and the marks of these rows, in this transaction; `careful` does one step of one row."""

    def failed(self, session: Session, row: Row, error: Exception) -> None:
        """Note that this row failed by its own fault: back off, in the end park it."""

    def postponed(self, session: Session, row: Row) -> None:
        """The machinery failed at this row: let others go first. It is charged to nobody."""

    def performed(self, rows: Sequence[Row], done: Any) -> None:
        """The transaction has been committed; `done` is what `perform` returned."""


class ClaimLoop:
    """Greenlets that claim and perform.

    A batch shares one transaction; when any row fails, all of it is rolled back and done again one by one, so
    that only the row at fault is charged. Failures of the machinery charge nobody: the loop pauses and resumes,
    and a row at which the machinery fails again and again lets the others go first.
    """

    def __init__(
        self, service: str, claim: Claim, database: Database, engine: Any, *, workers: int, batch: int, poll_s: float
    ) -> None:
        self.service, self.claim, self.database, self.engine = service, claim, database, engine
        self.workers, self.batch, self.poll_s = workers, batch, poll_s
        self._wake: Event = Event()
        self._woken = 0
        self._stopping = False
        self._one_by_one = False
        self._threads: list[Any] = []

    def start(self) -> None:
        """Work in the background."""
        self._threads = [eventlet.spawn(self._run) for _ in range(self.workers)]

    def wake(self) -> None:
        """There may be something to do."""
        self._woken += 1
        if not self._wake.ready():
            self._wake.send(None)

    def stop(self, grace_s: float = 5.0) -> None:
        """Finish the transactions under way, within a bound; a killed one rolls back."""
        self._stopping = True
        self.wake()
        with eventlet.Timeout(grace_s, False):
            for thread in self._threads:
                thread.wait()
        for thread in self._threads:
            thread.kill()

    def _run(self) -> None:
        pause = 0.1
        while not self._stopping:
            woken = self._woken
            try:
                busy = copy_context().run(self.turn)
                pause = 0.1
            except Exception as error:
                known = is_infrastructure(error)
                (log.warning if known else log.exception)(
                    "claim_paused", service=self.service, claim=self.claim.name, error=type(error).__name__
                )
                eventlet.sleep(pause * (0.5 + random.random()))
                pause = min(pause * 2, 2.0)
                continue
            if not busy and woken == self._woken:  # who was woken while it looked, looks again
                self._rest()

    def _rest(self) -> None:
        if self._wake.ready():
            self._wake = Event()
        with eventlet.Timeout(self.poll_s * (0.75 + random.random() / 2), False):
            self._wake.wait()

    def turn(self) -> int:
        """Claim and perform one batch; returns how many rows were claimed."""
        rows: Sequence[Row] = ()
        try:
            with self._transaction() as session:
                rows = self.claim.pick(session, self.batch)
                if not rows:
                    return 0
                done = self.claim.perform(session, rows, careful=False)
                session.commit()
        except Exception as error:
            if not rows:
                raise
            if is_infrastructure(error) and not self._one_by_one:
                self._one_by_one = True
                raise
            for row in rows:
                self._alone(row)
            self._one_by_one = False
            return len(rows)
        self.claim.performed(rows, done)
        return len(rows)

    def _alone(self, row: Row) -> None:
        """Do one row by itself, and charge its failure to it."""
        try:
            with self._transaction() as session:
                claimed = self.claim.pick(session, 1, only=row)
                if not claimed:
                    return
                done = self.claim.perform(session, claimed, careful=True)
                session.commit()
            self.claim.performed(claimed, done)
        except Exception as error:
            if is_infrastructure(error):
                self._settle(row, self.claim.postponed)
                raise
            log.warning("claim_failed", service=self.service, claim=self.claim.name, error=type(error).__name__)
            failure = error
            self._settle(row, lambda session, found: self.claim.failed(session, found, failure))

    def _settle(self, row: Row, note: Callable[[Session, Row], None]) -> None:
        with self._transaction() as session:
            if claimed := self.claim.pick(session, 1, only=row):
                note(session, claimed[0])
                session.commit()

    def _transaction(self) -> Any:
        return _Marked(self.database, self.engine)


class _Marked:
    """A write transaction during which no call may go out."""

    def __init__(self, database: Database, engine: Any) -> None:
        self._writing = database.writing(engine)
        self._token: Any = None

    def __enter__(self) -> Session:
        session = self._writing.__enter__()
        self._token = work_is_open.set(True)
        return session

    def __exit__(self, *exc_info: Any) -> Any:
        work_is_open.reset(self._token)
        return self._writing.__exit__(*exc_info)


def pause_after(attempts: int, first_s: float, most_s: float) -> float:
    """Seconds to wait after this many failures: doubling, bounded, with jitter."""
    return min(first_s * 2 ** min(attempts - 1, 30), most_s) * (0.8 + 0.4 * random.random())


#: How long a row waits at which the machinery failed.
POSTPONED_S = 2.0
