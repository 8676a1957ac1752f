"""How long what was said is kept: sent rows of the outbox are deleted when they are old, if a setting says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import eventlet
from sqlalchemy import delete, select

from plumbline.mesh import clock
from plumbline.mesh.logs import get_logger
from plumbline.mesh.storage.database import Database
from plumbline.mesh.storage.tables import outbox

log = get_logger(__name__)

EVERY_S = 3600.0
#: Rows deleted in one transaction, so that nobody waits long for it.
TOGETHER = 500


class Retention:
    """Looks once an hour. What is deleted is gone from the feed: who comes later than that misses it."""

    def __init__(self, service: str, database: Database, engine: Any, *, days: int, together: int = TOGETHER) -> None:
        self.service, self.database, self.engine = service, database, engine
        self.days, self.together = days, together
        self._thread: Any = None

    def start(self) -> None:
        """Look in the background."""
        self._thread = eventlet.spawn(self._run)

    def stop(self) -> None:
        """Stop at once; what is not deleted yet will be."""
        if self._thread is not None:
            self._thread.kill()

    def _run(self) -> None:
        while True:
            try:
                if deleted := self.turn():
                    log.info("outbox_retired", service=self.service, rows=deleted)
            except Exception as error:
                log.warning("outbox_retention_later", service=self.service, error=type(error).__name__)
            eventlet.sleep(EVERY_S)

    def turn(self) -> int:
        """Delete every sent row that is old enough; returns how many."""
        before, total = clock.utcnow() - timedelta(days=self.days), 0
        old = select(outbox.c.row).where(outbox.c.sent_at < before).order_by(outbox.c.row).limit(self.together)
        while True:
            with self.database.writing(self.engine) as session:
                rows = list(session.execute(old.with_for_update(skip_locked=True)).scalars())
                session.execute(delete(outbox).where(outbox.c.row.in_(rows)))
                session.commit()
            total += len(rows)
            if len(rows) < self.together:
                return total
            eventlet.sleep(0)
