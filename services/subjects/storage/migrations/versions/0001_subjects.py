"""Bodies with their legal bases, power items and where they stood."""

from alembic import op
from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, String, UniqueConstraint, text

from plumbline.mesh.storage.types import Instant, Names, RowNumber

revision = "0001"
down_revision = None

Id = String(36).with_variant(String(36, collation="C"), "postgresql")
ACTIVE = text("status IN ('ANNUAL_REVIEW', 'CONFIRMED', 'PUBLISHED', 'SUSPENDED')")


def upgrade():
    op.create_table(
        "subjects",
        Column("id", Id, primary_key=True),
        Column("version", RowNumber, nullable=False),
        Column("name", String(200), nullable=False),
        Column("usc_code", String(18), nullable=False),
        Column("kind", String(64), nullable=False),
        Column("level", String(64), nullable=False),
        Column("region", String(64), nullable=False, index=True),
        Column("status", String(64), nullable=False, index=True),
        Column("staffing_document_no", String(64)),
        Column("staffing_document_on", Date),
        Column("staffing_opinion_no", String(64)),
        Column("staffing_opinion_on", Date),
        Column("staffing_opinion_agrees", Boolean),
    )
    op.create_index(
        "uq_subjects_active_usc_code",
        "subjects",
        ["usc_code"],
        unique=True,
        sqlite_where=ACTIVE,
        postgresql_where=ACTIVE,
    )
    op.create_table(
        "subject_legal_bases",
        Column("row", RowNumber, primary_key=True, autoincrement=True),
        Column("subject_id", Id, ForeignKey("subjects.id"), nullable=False),
        Column("code", String(64), nullable=False),
        Column("kind", String(64), nullable=False),
        Column("title", String(200), nullable=False),
        Column("issuer", String(200)),
        Column("document_no", String(64)),
        Column("articles", String(500)),
        Column("names_body", Boolean, nullable=False),
        Column("effective_from", Date, nullable=False),
        Column("effective_to", Date),
        UniqueConstraint("subject_id", "code", name="uq_subject_legal_bases"),
    )
    op.create_table(
        "subject_power_items",
        Column("row", RowNumber, primary_key=True, autoincrement=True),
        Column("subject_id", Id, ForeignKey("subjects.id"), nullable=False),
        Column("code", String(64), nullable=False),
        Column("version", Integer, nullable=False),
        Column("name", String(200), nullable=False),
        Column("action_type", String(64), nullable=False),
        Column("field", String(64), nullable=False),
        Column("penalty_kinds", Names, nullable=False),
        Column("basis_codes", Names, nullable=False),
        Column("region", String(64), nullable=False),
        Column("valid_from", Date, nullable=False),
        Column("valid_to", Date),
        UniqueConstraint("subject_id", "code", "version", name="uq_subject_power_items"),
    )
    op.create_index("ix_subject_power_items_field", "subject_power_items", ["field", "subject_id"])
    op.create_table(
        "subject_status_changes",
        Column("row", RowNumber, primary_key=True, autoincrement=True),
        Column("subject_id", Id, ForeignKey("subjects.id"), nullable=False, index=True),
        Column("status", String(64), nullable=False),
        Column("since", Date, nullable=False),
        Column("until", Date),
        Column("ground", String(500)),
        Column("legal_ground", String(500)),
        Column("recorded_at", Instant, nullable=False),
    )


def downgrade():
    for table in ("subject_status_changes", "subject_power_items", "subject_legal_bases", "subjects"):
        op.drop_table(table)
