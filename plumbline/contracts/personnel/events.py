"""What the personnel service says has happened: identifiers and public fields only."""

from __future__ import annotations

from marshmallow import fields

from plumbline.contracts.vocabulary import FIELDS, CancellationCause, CertificateKind, ExamKind, StaffingKind
from plumbline.contracts.wire import Code, Day, Event, Name


class OfficerRegistered(Event):
    TYPE = "officer_registered.v1"

    officer_id = Name(required=True)
    subject_id = Name(required=True)
    staffing_kind = Code(StaffingKind, required=True)
    in_enforcement_post = fields.Bool(required=True)
    occurred_on = Day(required=True)


class ExamRecorded(Event):
    TYPE = "exam_recorded.v1"

    officer_id = Name(required=True)
    kind = Code(ExamKind, required=True)
    passed = fields.Bool(required=True)
    occurred_on = Day(required=True)


class CertificateIssued(Event):
    """What the public register shows of a certificate (执法人员公示)."""

    TYPE = "certificate_issued.v1"

    officer_id = Name(required=True)
    subject_id = Name(required=True)
    name = Name(required=True)
    position = Name(required=True)
    certificate_no = Name(required=True)
    kind = Code(CertificateKind, required=True)
    issuer = Name(required=True, longest=200)
    categories = fields.List(Code(FIELDS), required=True)
    region = Name(required=True)
    occurred_on = Day(required=True)
    valid_to = Day(required=True)


class CertificateSuspended(Event):
    TYPE = "certificate_suspended.v1"

    officer_id = Name(required=True)
    certificate_no = Name(required=True)
    occurred_on = Day(required=True)
    until = Day(required=True)


class CertificateResumed(Event):
    TYPE = "certificate_resumed.v1"

    officer_id = Name(required=True)
    certificate_no = Name(required=True)
    occurred_on = Day(required=True)


class CertificateCancelled(Event):
    TYPE = "certificate_cancelled.v1"

    officer_id = Name(required=True)
    certificate_no = Name(required=True)
    cause = Code(CancellationCause, required=True)
    occurred_on = Day(required=True)


class CertificateExpired(Event):
    TYPE = "certificate_expired.v1"

    officer_id = Name(required=True)
    certificate_no = Name(required=True)
    occurred_on = Day(required=True)


class OfficerLeftPost(Event):
    TYPE = "officer_left_post.v1"

    officer_id = Name(required=True)
    subject_id = Name(required=True)
    occurred_on = Day(required=True)
