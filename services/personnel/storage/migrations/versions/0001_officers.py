"""Officers with their postings, examinations and certificates; bodies as heard of."""

from alembic import op
from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, String

from plumbline.mesh.storage.types import Instant, Json, Names, RowNumber

revision = "0001"
down_revision = None

Id = String(36).with_variant(String(36, collation="C"), "postgresql")


def row():
    return Column("row", RowNumber, primary_key=True, autoincrement=True)


def upgrade():
    op.create_table(
        "officers",
        Column("id", Id, primary_key=True),
        Column("version", RowNumber, nullable=False),
        Column("name", String(64), nullable=False),
        Column("subject_id", Id, nullable=False, index=True),
        Column("in_enforcement_post", Boolean, nullable=False),
    )
    op.create_table(
        "officer_postings",
        row(),
        Column("officer_id", Id, ForeignKey("officers.id"), nullable=False, index=True),
        Column("subject_id", Id, nullable=False),
        Column("staffing_kind", String(64), nullable=False),
        Column("position", String(64), nullable=False),
        Column("in_enforcement_post", Boolean, nullable=False),
        Column("since", Date, nullable=False),
        Column("until", Date),
        Column("left_for", String(64)),
        Column("recorded_at", Instant, nullable=False),
    )
    op.create_table(
        "officer_exams",
        row(),
        Column("officer_id", Id, ForeignKey("officers.id"), nullable=False, index=True),
        Column("kind", String(64), nullable=False),
        Column("occurred_on", Date, nullable=False),
        Column("score", String(5), nullable=False),
        Column("pass_mark", Integer, nullable=False),
        Column("recorded_at", Instant, nullable=False),
    )
    certificates()
    bodies()


def certificates():
    op.create_table(
        "certificates",
        row(),
        Column("certificate_no", String(64), nullable=False, unique=True),
        Column("officer_id", Id, ForeignKey("officers.id"), nullable=False, index=True),
        Column("subject_id", Id, nullable=False),
        Column("kind", String(64), nullable=False),
        Column("issuer", String(200), nullable=False),
        Column("categories", Names, nullable=False),
        Column("region", String(64), nullable=False),
        Column("issued_on", Date, nullable=False),
        Column("valid_to", Date, nullable=False),
        Column("granted_under", Json, nullable=False),
        Column("status", String(64), nullable=False),
    )
    op.create_table(
        "certificate_changes",
        row(),
        Column("certificate_row", RowNumber, ForeignKey("certificates.row"), nullable=False, index=True),
        Column("status", String(64), nullable=False),
        Column("since", Date, nullable=False),
        Column("until", Date),
        Column("cause", String(64)),
        Column("ground", String(500)),
        Column("recorded_at", Instant, nullable=False),
    )


def bodies():
    op.create_table(
        "bodies",
        Column("id", Id, primary_key=True),
        Column("name", String(200), nullable=False),
        Column("fields", Names, nullable=False),
        Column("status", String(64), nullable=False),
    )
    op.create_table(
        "body_changes",
        row(),
        Column("body_id", Id, ForeignKey("bodies.id"), nullable=False, index=True),
        Column("status", String(64), nullable=False),
        Column("since", Date, nullable=False),
        Column("until", Date),
        Column("recorded_at", Instant, nullable=False),
    )


def downgrade():
    for table in ("body_changes", "bodies", "certificate_changes", "certificates", "officer_exams"):
        op.drop_table(table)
    op.drop_table("officer_postings")
    op.drop_table("officers")
