"""Due work: what must happen on a legal day happens once, on whichever replica, also when it was missed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.orm import Session

from plumbline.mesh import clock, context as contexts, metrics
from plumbline.mesh.claims import POSTPONED_S, pause_after
from plumbline.mesh.errors import SchemaBehind
from plumbline.mesh.logs import get_logger
from plumbline.mesh.storage.tables import due_work
from plumbline.mesh.storage.work import Storage, Work

if TYPE_CHECKING:
    from plumbline.mesh.settings import Settings

log = get_logger(__name__)


class DueClaim:
    """The due rows as rows to be claimed, in the order of their dates."""

    name = "due"

    def __init__(
        self,
        service: str,
        storage: Storage,
        methods: Mapping[str, Callable[[str, Work], None]],
        *,
        attempts: int,
        backoff_s: tuple[float, float],
        committed: Callable[[bool], None],
    ) -> None:
        self.service, self.storage, self.methods = service, storage, methods
        self.attempts, self.backoff_s, self.committed = attempts, backoff_s, committed

    def pick(self, session: Session, limit: int, only: Row | None = None) -> Sequence[Row]:
        """Rows that are due by legal time."""
        query = select(due_work).where(
            due_work.c.done_at.is_(None),
            due_work.c.parked_at.is_(None),
            due_work.c.due_at <= clock.legal_now(),
            or_(due_work.c.next_try_at.is_(None), due_work.c.next_try_at <= clock.utcnow()),
        )
        if only is not None:
            query = query.where(due_work.c.row == only.row)
        ordered = query.order_by(due_work.c.due_at, due_work.c.row).limit(limit)
        return list(session.execute(ordered.with_for_update(skip_locked=True)))

    def perform(self, session: Session, rows: Sequence[Row], *, careful: bool) -> None:
        """Call the methods, each at the legal instant it was due, and mark the rows done."""
        for row in rows:
            context = contexts.Context(request_id=contexts.new_request_id(), legal_now=row.due_at)
            with contexts.use(context):
                work = Work(self.storage, session, row.due_at, self.committed)
                done = update(due_work).where(due_work.c.row == row.row, due_work.c.done_at.is_(None))
                session.execute(done.values(done_at=clock.utcnow(), error=None))
                self.methods[row.kind](row.ref, work)
                work.flush()

    def failed(self, session: Session, row: Row, error: Exception) -> None:
        """Wait and try again; after the last attempt park it."""
        attempts = row.attempts + 1
        parked = attempts >= self.attempts
        values = {
            "attempts": attempts,
            "error": type(error).__name__,
            "next_try_at": clock.utcnow() + timedelta(seconds=pause_after(attempts, *self.backoff_s)),
            "parked_at": clock.utcnow() if parked else None,
        }
        session.execute(update(due_work).where(due_work.c.row == row.row).values(**values))
        metrics.due(self.service, row.kind).failed.inc()
        if parked:
            log.error("due_work_parked", service=self.service, kind=row.kind, attempts=attempts)

    def postponed(self, session: Session, row: Row) -> None:
        """Look at other work first."""
        later = clock.utcnow() + timedelta(seconds=POSTPONED_S)
        session.execute(update(due_work).where(due_work.c.row == row.row).values(next_try_at=later))

    def performed(self, rows: Sequence[Row], done: None) -> None:
        """What the methods said can be sent."""
        for row in rows:
            metrics.due(self.service, row.kind).done.inc()
        self.committed(True)


def overdue(session: Session, instant: datetime) -> int:
    """How many rows are due by that legal instant, not done and not parked."""
    query = select(func.count()).where(
        due_work.c.done_at.is_(None), due_work.c.parked_at.is_(None), due_work.c.due_at <= instant
    )
    return session.execute(query).scalar_one()


def pending_until(settings: Settings, instant: datetime) -> int:
    """How much due work of all services whose database is there remains up to `instant`."""
    from plumbline.mesh import city
    from plumbline.mesh.storage.migrate import require_current

    total = 0
    for name, storage in city.storages():
        database = city.database(settings, name)
        try:
            require_current(database, storage)
            with database.reading() as session:
                total += overdue(session, instant)
        except SchemaBehind:
            continue  # never set up, so nothing is due there
        finally:
            database.close()
    return total


def retry(session: Session, kind: str, ref: str) -> bool:
    """Have parked work done again, after its cause was mended; false when there is none of that name."""
    here = (due_work.c.kind == kind) & (due_work.c.ref == ref) & due_work.c.parked_at.is_not(None)
    afresh = {"parked_at": None, "attempts": 0, "next_try_at": None, "error": None}
    return bool(session.execute(update(due_work).where(here).values(**afresh)).rowcount)  # type: ignore[attr-defined]


def parked(session: Session) -> Sequence[Any]:
    """Due work that a person has to look at."""
    return session.execute(select(due_work).where(due_work.c.parked_at.is_not(None)).order_by(due_work.c.row)).all()
