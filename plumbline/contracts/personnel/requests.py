"""What the personnel service is asked."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import ValidationError, fields
from marshmallow.validate import Range

from plumbline.contracts.vocabulary import (
    FIELDS,
    CancellationCause,
    CertificateKind,
    ExamKind,
    LeavingReason,
    StaffingKind,
    SuspensionGround,
)
from plumbline.contracts.wire import LONGEST_PAGE, MOST_QUESTIONS, Choice, Day, Instant, Name, Text, Wire, some

#: What a person may enter; the other codes follow from acts of their own.
CAUSES_TO_ENTER = (CancellationCause.INSPECTION_FAILED, CancellationCause.RETURNED)
REASONS_TO_ENTER = tuple(reason for reason in LeavingReason if reason is not LeavingReason.SUBJECT_REVOKED)


def _one_decimal(score: Decimal) -> None:
    """A mark is entered as it was given: rounding 59.96 up would pass somebody who failed."""
    if int(score.as_tuple().exponent) < -1:
        raise ValidationError("至多一位小数")


class RegisterOfficer(Wire):
    name = Name(required=True)
    subject_id = Name(required=True)
    staffing_kind = Choice(StaffingKind, required=True)
    in_enforcement_post = fields.Bool(required=True)
    position = Name(required=True)
    occurred_on = Day(required=True)


class RecordExam(Wire):
    officer_id = Name(required=True)
    kind = Choice(ExamKind, required=True)
    score = fields.Decimal(required=True, validate=[Range(0, 100, error="应在{min}与{max}之间"), _one_decimal])
    occurred_on = Day(required=True)


class IssueCertificate(Wire):
    officer_id = Name(required=True)
    certificate_no = Name(required=True)
    kind = Choice(CertificateKind, load_default=CertificateKind.PROVINCIAL)
    issuer = Name(required=True, longest=200)
    categories = some(Choice(FIELDS), required=True, most=len(FIELDS))
    region = Name(required=True)
    occurred_on = Day(required=True)
    valid_to = Day(required=True)


class SuspendCertificate(Wire):
    certificate_no = Name(required=True)
    ground = Choice(SuspensionGround, required=True)
    occurred_on = Day(required=True)
    until = Day(required=True)


class ResumeCertificate(Wire):
    certificate_no = Name(required=True)
    ground = Text(required=True, longest=500)
    occurred_on = Day(required=True)


class CancelCertificate(Wire):
    certificate_no = Name(required=True)
    cause = Choice(CAUSES_TO_ENTER, required=True)
    occurred_on = Day(required=True)


class LeavePost(Wire):
    officer_id = Name(required=True)
    reason = Choice(REASONS_TO_ENTER, required=True)
    occurred_on = Day(required=True)


class GetOfficer(Wire):
    officer_id = Name(required=True)


class ListOfficers(Wire):
    subject_id = Name(load_default=None, allow_none=True)
    in_enforcement_post = fields.Bool(load_default=None, allow_none=True)
    cursor = Name(longest=500, load_default=None, allow_none=True)
    limit = fields.Int(load_default=50, validate=Range(1, LONGEST_PAGE))


class GetCertificate(Wire):
    certificate_no = Name(required=True)


class CanActQuestion(Wire):
    """May this officer act in this field and region on this day?  (Whether the body may is asked of subjects.)"""

    officer_id = Name(required=True)
    on = Day(required=True)
    category = Choice(FIELDS, required=True)
    region = Name(required=True)


class CanAct(Wire):
    questions = some(fields.Nested(CanActQuestion), required=True, most=MOST_QUESTIONS)
    known_at = Instant(load_default=None, allow_none=True)
