"""What the subjects service is asked."""

from __future__ import annotations

import json
from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import Range

from plumbline.contracts.vocabulary import (
    FIELDS,
    ActionType,
    BasisKind,
    Level,
    PenaltyKind,
    SubjectKind,
    SubjectStatus,
)
from plumbline.contracts.wire import LONGEST_PAGE, MOST_QUESTIONS, Choice, Day, Instant, Name, Text, Wire, some

#: Characters; most take three bytes, and a message has 256 KiB.
LONGEST_APPLICATION = 60_000


class StaffingDocument(Wire):
    document_no = Name(required=True)
    issued_on = Day(required=True)


class StaffingOpinion(StaffingDocument):
    agrees = fields.Bool(required=True)


class NewLegalBasis(Wire):
    code = Name(required=True)
    kind = Choice(BasisKind, required=True)
    title = Name(required=True, longest=200)
    issuer = Name(longest=200, load_default=None, allow_none=True)
    document_no = Name(load_default=None, allow_none=True)
    articles = Text(longest=500, load_default=None, allow_none=True)
    names_body = fields.Bool(load_default=False)
    effective_from = Day(required=True)
    effective_to = Day(load_default=None, allow_none=True)


class NewPowerItem(Wire):
    code = Name(required=True)
    version = fields.Int(strict=True, load_default=1, validate=Range(1, 9999))
    name = Name(required=True, longest=200)
    action_type = Choice(ActionType, required=True)
    field = Choice(FIELDS, required=True)
    penalty_kinds = some(Choice(PenaltyKind), least=0, most=20, load_default=())
    basis_codes = some(Name(), required=True, most=10)
    region = Name(required=True)
    valid_from = Day(required=True)
    valid_to = Day(load_default=None, allow_none=True)


class RegisterSubject(Wire):
    name = Name(required=True, longest=200)
    usc_code = Name(required=True)
    kind = Choice(SubjectKind, required=True)
    level = Choice(Level, required=True)
    region = Name(required=True)
    staffing_document = fields.Nested(StaffingDocument, load_default=None, allow_none=True)
    legal_bases = some(fields.Nested(NewLegalBasis), required=True, most=100)
    power_items = some(fields.Nested(NewPowerItem), required=True, most=300)
    occurred_on = Day(required=True)

    @validates_schema(pass_original=True)
    def fits_a_message(self, data: dict[str, Any], original: Any, **kwargs: Any) -> None:
        """What is taken in can also be told again whole."""
        if len(json.dumps(original, ensure_ascii=False)) > LONGEST_APPLICATION:
            raise ValidationError("申报内容过长，请精简依据和事项的文字")


class ConfirmSubject(Wire):
    subject_id = Name(required=True)
    occurred_on = Day(required=True)
    staffing_opinion = fields.Nested(StaffingOpinion, required=True)


class SuspendSubject(Wire):
    subject_id = Name(required=True)
    occurred_on = Day(required=True)
    until = Day(load_default=None, allow_none=True)
    ground = Text(required=True, longest=500)
    legal_ground = Text(required=True, longest=500)


class ResumeSubject(Wire):
    subject_id = Name(required=True)
    occurred_on = Day(required=True)
    ground = Text(required=True, longest=500)


class RevokeSubject(Wire):
    subject_id = Name(required=True)
    occurred_on = Day(required=True)
    reason = Text(required=True, longest=500)
    legal_ground = Text(required=True, longest=500)


class GetSubject(Wire):
    subject_id = Name(required=True)


class ListSubjects(Wire):
    status = Choice(SubjectStatus, load_default=None, allow_none=True)
    kind = Choice(SubjectKind, load_default=None, allow_none=True)
    region = Name(load_default=None, allow_none=True)
    field = Choice(FIELDS, load_default=None, allow_none=True)
    cursor = Name(longest=500, load_default=None, allow_none=True)
    limit = fields.Int(load_default=50, validate=Range(1, LONGEST_PAGE))


class MayActQuestion(Wire):
    """May this body do acts of this kind, in this field or under this item, in this region, on this day?"""

    subject_id = Name(required=True)
    on = Day(required=True)
    region = Name(required=True)
    action_type = Choice(ActionType, load_default=None, allow_none=True)
    field = Choice(FIELDS, load_default=None, allow_none=True)
    power_item_code = Name(load_default=None, allow_none=True)

    @validates_schema
    def names_a_power(self, data: dict[str, Any], **kwargs: Any) -> None:
        """A question without a field or an item asks for nothing in particular."""
        if not data.get("field") and not data.get("power_item_code"):
            raise ValidationError({"field": ["执法领域与权力事项至少填写一项"]})


class MayAct(Wire):
    questions = some(fields.Nested(MayActQuestion), required=True, most=MOST_QUESTIONS)
    known_at = Instant(load_default=None, allow_none=True)
