"""What a unit of work can ask for in its own transaction: work on a later day, and long work."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from plumbline.mesh import clock
from plumbline.mesh.context import current
from plumbline.mesh.storage.tables import due_work, jobs


class DueWork:
    """Asks for something to be done later; asked again for the same thing, the later word counts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def at(self, kind: str, ref: str, when: datetime) -> None:
        """Have the method of this kind called with `ref` once legal time reaches `when`."""
        values = {"due_at": when, "done_at": None, "parked_at": None, "attempts": 0, "next_try_at": None, "error": None}
        here = (due_work.c.kind == kind) & (due_work.c.ref == ref)
        if self._session.execute(update(due_work).where(here).values(**values)).rowcount == 0:  # type: ignore[attr-defined]
            self._session.execute(insert(due_work).values(kind=kind, ref=ref, **values))

    def cancel(self, kind: str, ref: str) -> None:
        """Forget it, if it is not done yet."""
        here = (due_work.c.kind == kind) & (due_work.c.ref == ref) & due_work.c.done_at.is_(None)
        self._session.execute(due_work.delete().where(here))


class Jobs:
    """Starts long work and looks at it."""

    def __init__(self, session: Session, legal_now: datetime) -> None:
        self._session, self._legal_now = session, legal_now

    def start(self, kind: str, params: dict[str, Any]) -> str:
        """Have the job method of this kind run with `params`; returns the job's id."""
        job_id = str(uuid.uuid4())
        context = current()
        carried = {**(context.to_wire() if context else {}), "legal-now": self._legal_now.isoformat()}
        self._session.execute(
            insert(jobs).values(
                id=job_id, kind=kind, params=params, state="queued", context=carried, created_at=clock.utcnow()
            )
        )
        return job_id

    def get(self, job_id: str) -> Row | None:
        """How far a job is, or None if there is none."""
        return self._session.execute(select(jobs).where(jobs.c.id == job_id)).first()

    def cancel(self, job_id: str) -> bool:
        """Ask a job to end at its next step; false when it has ended."""
        here = (jobs.c.id == job_id) & jobs.c.finished_at.is_(None)
        return bool(self._session.execute(update(jobs).where(here).values(cancel_requested=True)).rowcount)  # type: ignore[attr-defined]
