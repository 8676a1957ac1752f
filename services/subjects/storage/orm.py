"""Tables of the subjects service, and how bodies map onto them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, UniqueConstraint
from sqlalchemy.orm import composite, registry, relationship

from plumbline.mesh.storage.types import Instant, Names, RowNumber
from services.subjects.domain.powers import LegalBasis, PowerItem, StaffingDocument, StaffingOpinion
from services.subjects.domain.subject import ACTIVE, StatusChange, Subject

#: Compared byte by byte on both databases, so that a place in a list means the same everywhere.
Id = String(36).with_variant(String(36, collation="C"), "postgresql")

mapper = registry()

subjects = Table(
    "subjects",
    mapper.metadata,
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
_active = subjects.c.status.in_(sorted(str(status) for status in ACTIVE))
Index("uq_subjects_active_usc_code", subjects.c.usc_code, unique=True, sqlite_where=_active, postgresql_where=_active)

legal_bases = Table(
    "subject_legal_bases",
    mapper.metadata,
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

power_items = Table(
    "subject_power_items",
    mapper.metadata,
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
    Index("ix_subject_power_items_field", "field", "subject_id"),
)

status_changes = Table(
    "subject_status_changes",
    mapper.metadata,
    Column("row", RowNumber, primary_key=True, autoincrement=True),
    Column("subject_id", Id, ForeignKey("subjects.id"), nullable=False, index=True),
    Column("status", String(64), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("ground", String(500)),
    Column("legal_ground", String(500)),
    Column("recorded_at", Instant, nullable=False),
)


def _all_empty(*values: object) -> bool:
    return all(value is None for value in values)


mapper.map_imperatively(LegalBasis, legal_bases)
mapper.map_imperatively(PowerItem, power_items)
mapper.map_imperatively(StatusChange, status_changes)
mapper.map_imperatively(
    Subject,
    subjects,
    version_id_col=subjects.c.version,
    version_id_generator=False,
    properties={
        "staffing_document": composite(
            StaffingDocument,
            subjects.c.staffing_document_no,
            subjects.c.staffing_document_on,
            return_none_on=_all_empty,
        ),
        "staffing_opinion": composite(
            StaffingOpinion,
            subjects.c.staffing_opinion_no,
            subjects.c.staffing_opinion_on,
            subjects.c.staffing_opinion_agrees,
            return_none_on=_all_empty,
        ),
        "legal_bases": relationship(
            LegalBasis, order_by=legal_bases.c.row, lazy="selectin", cascade="all, delete-orphan"
        ),
        "power_items": relationship(
            PowerItem, order_by=power_items.c.row, lazy="selectin", cascade="all, delete-orphan"
        ),
        "history": relationship(
            StatusChange, order_by=status_changes.c.row, lazy="selectin", cascade="all, delete-orphan"
        ),
    },
)
