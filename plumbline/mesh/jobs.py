"""Jobs: long work in steps, each step saved with its checkpoint, so that any worker can go on after a death."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, and_, or_, select, update
from sqlalchemy.orm import Session

from plumbline.mesh import clock, context as contexts
from plumbline.mesh.claims import pause_after
from plumbline.mesh.errors import MeshError
from plumbline.mesh.logs import get_logger
from plumbline.mesh.storage.database import Database, is_infrastructure
from plumbline.mesh.storage.tables import jobs
from plumbline.mesh.storage.work import OpenWork, Storage, Work

log = get_logger(__name__)


class Cancelled(MeshError):
    """Somebody asked the job to end."""


class LeaseLost(MeshError):
    """This worker was silent too long and another has taken the job over; nothing of this step was saved."""


class Job:
    """A running job, as its method sees it."""

    def __init__(self, row: Row, claim: JobClaim) -> None:
        self.id, self.kind, self.params, self.checkpoint = row.id, row.kind, row.params, row.checkpoint
        self.done, self.total = row.done, row.total
        self._claim = claim

    @contextmanager
    def step(self) -> Iterator[Work]:
        """A unit of work of this job; raises Cancelled or LeaseLost. Call `advance` in it, then commit it."""
        claim = self._claim
        with OpenWork(claim.storage, claim.database, claim.committed, write=True) as work:
            ours = and_(jobs.c.id == self.id, jobs.c.holder == claim.holder, jobs.c.finished_at.is_(None))
            until = clock.utcnow() + timedelta(seconds=claim.lease_s)
            row = work.session.execute(update(jobs).where(ours).values(lease_until=until).returning(jobs)).first()
            if row is None:
                raise LeaseLost(self.id)
            if row.cancel_requested:
                raise Cancelled(self.id)
            yield work

    def advance(self, work: Work, done: int, total: int | None = None, checkpoint: Any = None) -> None:
        """Note progress, and where to go on from, in the step's own transaction."""
        self.done, self.total = done, total if total is not None else self.total
        self.checkpoint = checkpoint if checkpoint is not None else self.checkpoint
        values = {"done": self.done, "total": self.total, "checkpoint": self.checkpoint}
        work.session.execute(update(jobs).where(jobs.c.id == self.id).values(**values))


class JobClaim:
    """The open jobs as rows to be claimed: claiming takes a lease, the job itself runs after the commit."""

    name = "jobs"

    def __init__(
        self,
        service: str,
        storage: Storage,
        database: Database,
        methods: Mapping[str, Callable[[Job], Any]],
        *,
        lease_s: float,
        attempts: int,
        committed: Callable[[bool], None],
    ) -> None:
        self.service, self.storage, self.database, self.methods = service, storage, database, methods
        self.lease_s, self.attempts, self.committed = lease_s, attempts, committed
        self.holder = str(uuid.uuid4())

    def pick(self, session: Session, limit: int, only: Row | None = None) -> Sequence[Row]:
        """Jobs nobody is at: queued, or with a lease that ran out."""
        now = clock.utcnow()
        query = select(jobs).where(
            jobs.c.finished_at.is_(None),
            or_(jobs.c.lease_until.is_(None), jobs.c.lease_until < now),
            or_(jobs.c.next_try_at.is_(None), jobs.c.next_try_at <= now),
        )
        if only is not None:
            query = query.where(jobs.c.id == only.id)
        return list(session.execute(query.order_by(jobs.c.created_at).limit(limit).with_for_update(skip_locked=True)))

    def perform(self, session: Session, rows: Sequence[Row], *, careful: bool) -> None:
        """Take the lease."""
        until = clock.utcnow() + timedelta(seconds=self.lease_s)
        for row in rows:
            values = {"state": "running", "holder": self.holder, "lease_until": until}
            session.execute(update(jobs).where(jobs.c.id == row.id).values(**values))

    def failed(self, session: Session, row: Row, error: Exception) -> None:
        """Taking a lease does not fail by the row's fault."""
        raise error

    def postponed(self, session: Session, row: Row) -> None:
        """Look again at the next poll."""

    def performed(self, rows: Sequence[Row], done: None) -> None:
        """Run what was leased."""
        for row in rows:
            self._run(row)

    def _run(self, row: Row) -> None:
        context = contexts.Context.from_wire(row.context)
        with contexts.use(context):
            try:
                result = self.methods[row.kind](Job(row, self))
                self._end(row, state="done", result=result, error=None)
            except Cancelled:
                self._end(row, state="cancelled", error=None)
            except LeaseLost:
                log.warning("job_lost", service=self.service, kind=row.kind)
            except Exception as error:
                self._failed(row, error)

    def _failed(self, row: Row, error: Exception) -> None:
        """Try again from the last checkpoint; failures of the machinery do not count."""
        attempts = row.attempts + (0 if is_infrastructure(error) else 1)
        name = type(error).__name__
        log.warning("job_failed", service=self.service, kind=row.kind, error=name, attempts=attempts)
        if attempts >= self.attempts:
            self._end(row, state="failed", error=name, attempts=attempts)
            return
        later = clock.utcnow() + timedelta(seconds=pause_after(max(attempts, 1), 1.0, 60.0))
        self._set(row, state="queued", error=name, attempts=attempts, next_try_at=later, lease_until=None)

    def _end(self, row: Row, **values: Any) -> None:
        self._set(row, finished_at=clock.utcnow(), lease_until=None, **values)

    def _set(self, row: Row, **values: Any) -> None:
        """Write the job's row, if it is still ours; when the database is away the lease runs out by itself."""
        ours = and_(jobs.c.id == row.id, jobs.c.holder == self.holder, jobs.c.finished_at.is_(None))
        try:
            with self.database.writing() as session:
                session.execute(update(jobs).where(ours).values(**values))
                session.commit()
        except Exception as error:
            if not is_infrastructure(error):
                raise
            log.warning("job_mark_later", service=self.service, error=type(error).__name__)
