"""Tables of the personnel service, and how officers and heard-of bodies map onto them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, String, Table, TypeDecorator
from sqlalchemy.orm import registry, relationship

from plumbline.mesh.storage.types import Instant, Json, Names, RowNumber
from services.personnel.domain.body import Body, BodyChange
from services.personnel.domain.certificate import Certificate, CertificateChange
from services.personnel.domain.officer import Exam, Officer, Posting

#: Compared byte by byte on both databases, so that a place in a list means the same everywhere.
Id = String(36).with_variant(String(36, collation="C"), "postgresql")

mapper = registry()


class Mark(TypeDecorator):
    """A mark with at most one decimal, kept as written: neither database rounds a text."""

    impl = String(5)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Any) -> str | None:
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Any) -> Decimal | None:
        return None if value is None else Decimal(value)


def _row() -> Column:
    return Column("row", RowNumber, primary_key=True, autoincrement=True)


officers = Table(
    "officers",
    mapper.metadata,
    Column("id", Id, primary_key=True),
    Column("version", RowNumber, nullable=False),
    Column("name", String(64), nullable=False),
    Column("subject_id", Id, nullable=False, index=True),
    Column("in_enforcement_post", Boolean, nullable=False),
)

postings = Table(
    "officer_postings",
    mapper.metadata,
    _row(),
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

exams = Table(
    "officer_exams",
    mapper.metadata,
    _row(),
    Column("officer_id", Id, ForeignKey("officers.id"), nullable=False, index=True),
    Column("kind", String(64), nullable=False),
    Column("occurred_on", Date, nullable=False),
    Column("score", Mark, nullable=False),
    Column("pass_mark", Integer, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

certificates = Table(
    "certificates",
    mapper.metadata,
    _row(),
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

certificate_changes = Table(
    "certificate_changes",
    mapper.metadata,
    _row(),
    Column("certificate_row", RowNumber, ForeignKey("certificates.row"), nullable=False, index=True),
    Column("status", String(64), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("cause", String(64)),
    Column("ground", String(500)),
    Column("recorded_at", Instant, nullable=False),
)

bodies = Table(
    "bodies",
    mapper.metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("fields", Names, nullable=False),
    Column("status", String(64), nullable=False),
)

body_changes = Table(
    "body_changes",
    mapper.metadata,
    _row(),
    Column("body_id", Id, ForeignKey("bodies.id"), nullable=False, index=True),
    Column("status", String(64), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("recorded_at", Instant, nullable=False),
)


def _owns(child: type, table: Table) -> Any:
    """Parts that live and are loaded with their whole, in the order in which they were added."""
    return relationship(child, order_by=table.c.row, lazy="selectin", cascade="all, delete-orphan")


mapper.map_imperatively(Posting, postings)
mapper.map_imperatively(Exam, exams)
mapper.map_imperatively(CertificateChange, certificate_changes)
mapper.map_imperatively(
    Certificate, certificates, properties={"history": _owns(CertificateChange, certificate_changes)}
)
mapper.map_imperatively(
    Officer,
    officers,
    version_id_col=officers.c.version,
    version_id_generator=False,
    properties={
        "postings": _owns(Posting, postings),
        "exams": _owns(Exam, exams),
        "certificates": _owns(Certificate, certificates),
    },
)
mapper.map_imperatively(BodyChange, body_changes)
mapper.map_imperatively(Body, bodies, properties={"history": _owns(BodyChange, body_changes)})
