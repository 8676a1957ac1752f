"""What the subjects service says has happened: identifiers and public fields only."""

from __future__ import annotations

from marshmallow import fields

from plumbline.contracts.vocabulary import FIELDS, Level, SubjectKind
from plumbline.contracts.wire import Code, Day, Event, Name, Text


class SubjectRegistered(Event):
    TYPE = "subject_registered.v1"

    subject_id = Name(required=True)
    name = Name(required=True, longest=200)
    usc_code = Name(required=True)
    kind = Code(SubjectKind, required=True)
    level = Code(Level, required=True)
    region = Name(required=True)
    occurred_on = Day(required=True)


class SubjectConfirmed(Event):
    TYPE = "subject_confirmed.v1"

    subject_id = Name(required=True)
    name = Name(required=True, longest=200)
    usc_code = Name(required=True)
    kind = Code(SubjectKind, required=True)
    level = Code(Level, required=True)
    region = Name(required=True)
    field_codes = fields.List(Code(FIELDS), required=True, data_key="fields")
    occurred_on = Day(required=True)


class SubjectSuspended(Event):
    TYPE = "subject_suspended.v1"

    subject_id = Name(required=True)
    occurred_on = Day(required=True)
    until = Day(allow_none=True)
    legal_ground = Text(required=True, longest=500)


class SubjectResumed(Event):
    TYPE = "subject_resumed.v1"

    subject_id = Name(required=True)
    occurred_on = Day(required=True)


class SubjectRevoked(Event):
    TYPE = "subject_revoked.v1"

    subject_id = Name(required=True)
    occurred_on = Day(required=True)
    legal_ground = Text(required=True, longest=500)
