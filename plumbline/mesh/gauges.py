"""What is counted by looking: backlogs, lanes, jobs, pools and links, refreshed every few seconds."""

from __future__ import annotations

from datetime import timedelta

import eventlet
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from plumbline.mesh import clock, metrics
from plumbline.mesh.due import overdue
from plumbline.mesh.errors import MeshError
from plumbline.mesh.events import applying, sending
from plumbline.mesh.runtime import Runtime
from plumbline.mesh.storage.tables import inbox, jobs

EVERY_S = 2.0
JOB_STATES = ("queued", "running", "done", "failed", "cancelled")


def watch(runtime: Runtime) -> None:
    """Refresh for ever; a database that is away leaves the last figures standing."""
    while True:
        try:
            links(runtime)
            pools(runtime)
            tables(runtime)
        except (SQLAlchemyError, MeshError):
            pass
        eventlet.sleep(EVERY_S)


def links(runtime: Runtime) -> None:
    """Whether the links stand."""
    for link in runtime.links:
        gauge = metrics.link(runtime.service, link.name.rsplit(".", 1)[-1])
        gauge.connected.set(link.connected)
        gauge.blocked.set(link.blocked)


def pools(runtime: Runtime) -> None:
    """How many connections are in use."""
    if runtime.database is None:
        return
    for name, engine in zip(("calls", "kernel"), runtime.database.engines, strict=False):
        gauge = metrics.pool(runtime.service, name)
        gauge.size.set(engine.pool.size())  # type: ignore[attr-defined]
        gauge.in_use.set(engine.pool.checkedout())  # type: ignore[attr-defined]


def tables(runtime: Runtime) -> None:
    """Backlogs of outbox, inbox, due work and jobs."""
    if runtime.database is None:
        return
    service, now = runtime.service, clock.utcnow()
    with runtime.database.reading(runtime.database.engines[-1]) as session:
        unsent, age, held = sending.backlog(session)
        lanes = applying.backlog(session)
        oldest = session.execute(select(func.min(inbox.c.received_at))).scalar_one()
        late = overdue(session, clock.legal_now())
        counted = session.execute(select(jobs.c.state, func.count()).group_by(jobs.c.state))
        by_state: dict[str, int] = {state: count for state, count in counted}
    out, heard = metrics.outbox(service), metrics.inbox(service)
    out.unsent.set(unsent)
    out.held.set(held)
    out.oldest.since = (now - timedelta(seconds=age)).timestamp() if unsent else None
    for state, gauge in (("new", heard.new), ("waiting", heard.waiting), ("parked", heard.parked)):
        gauge.set(lanes.get(state, 0))
    heard.oldest.since = oldest.timestamp() if oldest else None
    metrics.overdue(service).set(late)
    for state in JOB_STATES:
        metrics.jobs(service, state).set(by_state.get(state, 0))
