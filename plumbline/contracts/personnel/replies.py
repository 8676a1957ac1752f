"""What the personnel service answers."""

from __future__ import annotations

from marshmallow import fields

from plumbline.contracts.vocabulary import (
    FIELDS,
    CancellationCause,
    CertificateKind,
    CertificateStatus,
    ExamKind,
    LeavingReason,
    StaffingKind,
    SuspensionGround,
)
from plumbline.contracts.wire import Code, Day, Instant, Name, Reason, Text, Wire

#: Why an officer may not act, or may not get a certificate: the codes of single breaches.
REASONS = (
    "OFFICER_UNKNOWN",
    "NOT_IN_ENFORCEMENT_POST",
    "STAFFING_KIND_BARRED",
    "PUBLIC_EXAM_MISSING",
    "PROFESSIONAL_EXAM_MISSING",
    "SUBJECT_NOT_CONFIRMED",
    "CATEGORY_OUTSIDE_POWERS",
    "REGION_OUTSIDE_POWERS",
    "CERT_MISSING",
    "CERT_SUSPENDED",
    "CERT_CANCELLED",
    "CERT_EXPIRED",
    "CATEGORY_MISMATCH",
    "REGION_MISMATCH",
)


class Exam(Wire):
    kind = Code(ExamKind, required=True)
    occurred_on = Day(required=True)
    score = fields.Decimal(required=True, places=1, as_string=True)
    pass_mark = fields.Int(required=True)
    passed = fields.Bool(required=True)
    recorded_at = Instant(required=True)


class CertificateChange(Wire):
    status = Code(CertificateStatus, required=True)
    since = Day(required=True)
    until = Day(allow_none=True)
    cause = Code((*SuspensionGround, *CancellationCause), allow_none=True)
    ground = Text(longest=500, allow_none=True)
    recorded_at = Instant(required=True)


class GrantedUnder(Wire):
    """The power item of the body that covers one category of the certificate."""

    category = Code(FIELDS, required=True)
    power_item_code = Name(required=True)
    power_item_version = fields.Int(required=True)


class Certificate(Wire):
    certificate_no = Name(required=True)
    officer_id = Name(required=True)
    subject_id = Name(required=True)
    kind = Code(CertificateKind, required=True)
    issuer = Name(required=True, longest=200)
    categories = fields.List(Code(FIELDS), required=True)
    region = Name(required=True)
    issued_on = Day(required=True)
    valid_to = Day(required=True)
    status = Code(CertificateStatus, required=True)
    granted_under = fields.List(fields.Nested(GrantedUnder), required=True)
    history = fields.List(fields.Nested(CertificateChange), required=True)


class Posting(Wire):
    """What the officer holds from a day on; the last entry is how things stand."""

    subject_id = Name(required=True)
    staffing_kind = Code(StaffingKind, required=True)
    position = Name(required=True)
    in_enforcement_post = fields.Bool(required=True)
    since = Day(required=True)
    left_for = Code(LeavingReason, allow_none=True)
    recorded_at = Instant(required=True)


class Officer(Wire):
    id = Name(required=True)
    name = Name(required=True)
    subject_id = Name(required=True)
    in_enforcement_post = fields.Bool(required=True)
    postings = fields.List(fields.Nested(Posting), required=True)
    exams = fields.List(fields.Nested(Exam), required=True)
    certificates = fields.List(fields.Nested(Certificate), required=True)
    version = fields.Int(required=True)


class CertificateSummary(Wire):
    certificate_no = Name(required=True)
    status = Code(CertificateStatus, required=True)
    categories = fields.List(Code(FIELDS), required=True)
    region = Name(required=True)
    valid_to = Day(required=True)


class OfficerSummary(Wire):
    """An officer as a list shows it: with the certificates that have not come to their end."""

    id = Name(required=True)
    name = Name(required=True)
    subject_id = Name(required=True)
    in_enforcement_post = fields.Bool(required=True)
    position = Name(required=True)
    open_certificates = fields.List(fields.Nested(CertificateSummary), required=True)
    version = fields.Int(required=True)


class OfficerList(Wire):
    items = fields.List(fields.Nested(OfficerSummary), required=True)
    next_cursor = Name(longest=500, allow_none=True)


class CanActAnswer(Wire):
    """Subject and certificate are those of the day asked about."""

    officer_id = Name(required=True)
    on = Day(required=True)
    allowed = fields.Bool(required=True)
    subject_id = Name(allow_none=True)
    certificate_no = Name(allow_none=True)
    reasons = fields.List(fields.Nested(Reason), required=True)


class CanActAnswers(Wire):
    answers = fields.List(fields.Nested(CanActAnswer), required=True)
