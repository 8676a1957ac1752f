"""What happened to a body, as the domain says it; the contract gives each its wire form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class SubjectRegistered:
    """A body applied for its qualification."""

    subject_id: str
    name: str
    usc_code: str
    kind: str
    level: str
    region: str
    occurred_on: date


@dataclass(frozen=True)
class SubjectConfirmed:
    """A body may act from this day on, in these fields; its power list is asked for."""

    subject_id: str
    name: str
    usc_code: str
    kind: str
    level: str
    region: str
    field_codes: tuple[str, ...]
    occurred_on: date


@dataclass(frozen=True)
class SubjectSuspended:
    """A body may take up nothing new; `until` is the last day, if there is one."""

    subject_id: str
    occurred_on: date
    until: date | None
    legal_ground: str


@dataclass(frozen=True)
class SubjectResumed:
    """The suspension is over from this day on."""

    subject_id: str
    occurred_on: date


@dataclass(frozen=True)
class SubjectRevoked:
    """A body is no enforcement body any more from this day on."""

    subject_id: str
    occurred_on: date
    legal_ground: str
