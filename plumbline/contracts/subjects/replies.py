"""What the subjects service answers."""

from __future__ import annotations

from marshmallow import fields

from plumbline.contracts.subjects.requests import StaffingDocument, StaffingOpinion
from plumbline.contracts.vocabulary import (
    FIELDS,
    ActionType,
    BasisKind,
    Level,
    PenaltyKind,
    SubjectKind,
    SubjectStatus,
)
from plumbline.contracts.wire import Code, Day, Instant, Name, Reason, Text, Wire

#: Why a body may not act, or may not be confirmed: the codes of single breaches.
REASONS = (
    "SUBJECT_UNKNOWN",
    "SUBJECT_NOT_CONFIRMED",
    "SUBJECT_SUSPENDED",
    "SUBJECT_REVOKED",
    "PENALTY_VOID",
    "NO_POWER",
    "REGION_OUTSIDE_POWER",
    "POWER_SOURCE_MISSING",
    "STAFFING_DOCUMENT_MISSING",
    "STAFFING_OPINION_MISSING",
    "NORM_CREATES_NO_PENALTY",
    "STATUTE_REQUIRED",
    "CONCENTRATION_UNDECIDED",
    "HANDOVER_UNDECIDED",
    "DETENTION_RESERVED",
    "OWN_NAME_UNAUTHORISED",
    "DELEGATION_INVALID",
    "DUPLICATE",
)


class LegalBasis(Wire):
    code = Name(required=True)
    kind = Code(BasisKind, required=True)
    title = Name(required=True, longest=200)
    issuer = Name(longest=200, allow_none=True)
    document_no = Name(allow_none=True)
    articles = Text(longest=500, allow_none=True)
    names_body = fields.Bool(required=True)
    effective_from = Day(required=True)
    effective_to = Day(allow_none=True)


class PowerItem(Wire):
    code = Name(required=True)
    version = fields.Int(required=True)
    name = Name(required=True, longest=200)
    action_type = Code(ActionType, required=True)
    field = Code(FIELDS, required=True)
    penalty_kinds = fields.List(Code(PenaltyKind), required=True)
    basis_codes = fields.List(Name(), required=True)
    region = Name(required=True)
    valid_from = Day(required=True)
    valid_to = Day(allow_none=True)


class StatusChange(Wire):
    status = Code(SubjectStatus, required=True)
    since = Day(required=True)
    until = Day(allow_none=True)
    ground = Text(longest=500, allow_none=True)
    legal_ground = Text(longest=500, allow_none=True)
    recorded_at = Instant(required=True)


class Subject(Wire):
    id = Name(required=True)
    name = Name(required=True, longest=200)
    usc_code = Name(required=True)
    kind = Code(SubjectKind, required=True)
    level = Code(Level, required=True)
    region = Name(required=True)
    status = Code(SubjectStatus, required=True)
    staffing_document = fields.Nested(StaffingDocument, allow_none=True)
    staffing_opinion = fields.Nested(StaffingOpinion, allow_none=True)
    legal_bases = fields.List(fields.Nested(LegalBasis), required=True)
    power_items = fields.List(fields.Nested(PowerItem), required=True)
    history = fields.List(fields.Nested(StatusChange), required=True)
    version = fields.Int(required=True)


class SubjectSummary(Wire):
    id = Name(required=True)
    name = Name(required=True, longest=200)
    usc_code = Name(required=True)
    kind = Code(SubjectKind, required=True)
    level = Code(Level, required=True)
    region = Name(required=True)
    status = Code(SubjectStatus, required=True)
    field_codes = fields.List(Code(FIELDS), required=True, data_key="fields")
    version = fields.Int(required=True)


class SubjectList(Wire):
    items = fields.List(fields.Nested(SubjectSummary), required=True)
    next_cursor = Name(longest=500, allow_none=True)


class PowerBasis(Wire):
    """On what the act rests: the item in its version, and the legal bases in force on the day."""

    power_item_code = Name(required=True)
    power_item_version = fields.Int(required=True)
    name = Name(required=True, longest=200)
    action_type = Code(ActionType, required=True)
    field = Code(FIELDS, required=True)
    region = Name(required=True)
    legal_bases = fields.List(fields.Nested(LegalBasis), required=True)


class MayActAnswer(Wire):
    subject_id = Name(required=True)
    on = Day(required=True)
    allowed = fields.Bool(required=True)
    status = Code(SubjectStatus, allow_none=True)
    basis = fields.Nested(PowerBasis, allow_none=True)
    reasons = fields.List(fields.Nested(Reason), required=True)


class MayActAnswers(Wire):
    answers = fields.List(fields.Nested(MayActAnswer), required=True)
