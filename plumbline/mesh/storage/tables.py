"""The kernel's own tables, the same in every service's database."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, Text, UniqueConstraint, text

from plumbline.mesh.storage.types import Instant, Json, RowNumber

KERNEL = MetaData()

#: What the service has said. Kept; `position` is given, without gaps, when the relay sends a row.
outbox = Table(
    "outbox",
    KERNEL,
    Column("row", RowNumber, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("type", String(100), nullable=False),
    Column("aggregate", String(100), nullable=False),
    Column("sequence", RowNumber, nullable=False),
    Column("epoch", Integer),
    Column("position", RowNumber, unique=True),
    Column("occurred_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("traceparent", String(55)),
    Column("data", Json, nullable=False),
    Column("sent_at", Instant),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_try_at", Instant),
    Column("error", Text),
    UniqueConstraint("aggregate", "sequence", name="outbox_aggregate_sequence"),
)
Index(
    "outbox_unsent", outbox.c.row, postgresql_where=outbox.c.sent_at.is_(None), sqlite_where=outbox.c.sent_at.is_(None)
)

#: One row: the last position given, the epoch, and which relay may send.
outbox_head = Table(
    "outbox_head",
    KERNEL,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", RowNumber, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("holder", String(36)),
)

#: What was heard and is not applied yet.
inbox = Table(
    "inbox",
    KERNEL,
    Column("source", String(50), primary_key=True),
    Column("aggregate", String(100), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("sequence", RowNumber, primary_key=True, autoincrement=False),
    Column("type", String(100), nullable=False),
    Column("envelope", Json, nullable=False),
    Column("received_at", Instant, nullable=False),
)

#: One lane per aggregate of another service: how far its events are applied, and whether it waits or is parked.
inbox_lane = Table(
    "inbox_lane",
    KERNEL,
    Column("source", String(50), primary_key=True),
    Column("aggregate", String(100), primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("applied", RowNumber, nullable=False),
    Column("rebuild_epoch", Integer, nullable=False, server_default=text("0")),
    Column("rebuild_to", RowNumber, nullable=False, server_default=text("0")),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_try_at", Instant),
    Column("error", Text),
    Column("changed_at", Instant, nullable=False),
)
Index(
    "inbox_lane_open",
    inbox_lane.c.next_try_at,
    postgresql_where=inbox_lane.c.state != "idle",
    sqlite_where=inbox_lane.c.state != "idle",
)

#: How far a source's outbox has been received without a gap.
inbox_source = Table(
    "inbox_source",
    KERNEL,
    Column("source", String(50), primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("position", RowNumber, nullable=False),
)

#: What a person decided about a parked event; a discarded event is kept here.
inbox_decision = Table(
    "inbox_decision",
    KERNEL,
    Column("row", RowNumber, primary_key=True, autoincrement=True),
    Column("source", String(50), nullable=False),
    Column("aggregate", String(100), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("sequence", RowNumber, nullable=False),
    Column("decision", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", String(100), nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("envelope", Json, nullable=False),
)

#: What is to be done on a legal day or instant.
due_work = Table(
    "due_work",
    KERNEL,
    Column("row", RowNumber, primary_key=True, autoincrement=True),
    Column("kind", String(60), nullable=False),
    Column("ref", String(200), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_try_at", Instant),
    Column("error", Text),
    Column("parked_at", Instant),
    Column("done_at", Instant),
    UniqueConstraint("kind", "ref", name="due_work_kind_ref"),
)
Index(
    "due_work_open",
    due_work.c.due_at,
    postgresql_where=due_work.c.done_at.is_(None),
    sqlite_where=due_work.c.done_at.is_(None),
)

#: Long work, with progress and a lease.
jobs = Table(
    "jobs",
    KERNEL,
    Column("id", String(36), primary_key=True),
    Column("kind", String(60), nullable=False),
    Column("params", Json, nullable=False),
    Column("state", String(10), nullable=False),
    Column("done", RowNumber, nullable=False, server_default=text("0")),
    Column("total", RowNumber),
    Column("checkpoint", Json),
    Column("result", Json),
    Column("error", Text),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_try_at", Instant),
    Column("holder", String(36)),
    Column("lease_until", Instant),
    Column("cancel_requested", Boolean, nullable=False, server_default=text("false")),
    Column("context", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("finished_at", Instant),
)
Index(
    "jobs_open",
    jobs.c.created_at,
    postgresql_where=jobs.c.finished_at.is_(None),
    sqlite_where=jobs.c.finished_at.is_(None),
)
