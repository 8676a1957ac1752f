"""The kernel's tables: outbox, inbox, due work and jobs."""

from alembic import op
from sqlalchemy import Boolean, Column, Integer, String, Text, UniqueConstraint, text

from plumbline.mesh.storage.types import Instant, Json, RowNumber

revision = "0001"
down_revision = None


def upgrade() -> None:
    _outbox()
    _inbox()
    _work()


def _outbox() -> None:
    op.create_table(
        "outbox",
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
    open_rows = text("sent_at IS NULL")
    op.create_index("outbox_unsent", "outbox", ["row"], postgresql_where=open_rows, sqlite_where=open_rows)
    op.create_table(
        "outbox_head",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("position", RowNumber, nullable=False),
        Column("epoch", Integer, nullable=False),
        Column("holder", String(36)),
    )
    op.execute("INSERT INTO outbox_head (id, position, epoch) VALUES (1, 0, 1)")


def _inbox() -> None:
    op.create_table(
        "inbox",
        Column("source", String(50), primary_key=True),
        Column("aggregate", String(100), primary_key=True),
        Column("epoch", Integer, primary_key=True, autoincrement=False),
        Column("sequence", RowNumber, primary_key=True, autoincrement=False),
        Column("type", String(100), nullable=False),
        Column("envelope", Json, nullable=False),
        Column("received_at", Instant, nullable=False),
    )
    op.create_table(
        "inbox_lane",
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
    busy = text("state != 'idle'")
    op.create_index("inbox_lane_open", "inbox_lane", ["next_try_at"], postgresql_where=busy, sqlite_where=busy)
    op.create_table(
        "inbox_source",
        Column("source", String(50), primary_key=True),
        Column("epoch", Integer, nullable=False),
        Column("position", RowNumber, nullable=False),
    )
    op.create_table(
        "inbox_decision",
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


def _work() -> None:
    op.create_table(
        "due_work",
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
    undone = text("done_at IS NULL")
    op.create_index("due_work_open", "due_work", ["due_at"], postgresql_where=undone, sqlite_where=undone)
    op.create_table(
        "jobs",
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
    unfinished = text("finished_at IS NULL")
    op.create_index("jobs_open", "jobs", ["created_at"], postgresql_where=unfinished, sqlite_where=unfinished)


def downgrade() -> None:
    for table in ("jobs", "due_work", "inbox_decision", "inbox_source", "inbox_lane", "inbox", "outbox_head", "outbox"):
        op.drop_table(table)
