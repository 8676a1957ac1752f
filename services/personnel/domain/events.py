"""What happened to an officer, as the domain says it; the contract gives each its wire form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class OfficerRegistered:
    """A body has a new person."""

    officer_id: str
    subject_id: str
    staffing_kind: str
    in_enforcement_post: bool
    occurred_on: date


@dataclass(frozen=True)
class ExamRecorded:
    """The officer sat an examination."""

    officer_id: str
    kind: str
    passed: bool
    occurred_on: date


@dataclass(frozen=True)
class CertificateIssued:
    """The officer may act from this day on, within these categories and this region."""

    officer_id: str
    subject_id: str
    name: str
    position: str
    certificate_no: str
    kind: str
    issuer: str
    categories: tuple[str, ...]
    region: str
    occurred_on: date
    valid_to: date


@dataclass(frozen=True)
class CertificateSuspended:
    """The certificate is withheld; `until` is the last day."""

    officer_id: str
    certificate_no: str
    occurred_on: date
    until: date


@dataclass(frozen=True)
class CertificateResumed:
    """The certificate is valid again from this day on."""

    officer_id: str
    certificate_no: str
    occurred_on: date


@dataclass(frozen=True)
class CertificateCancelled:
    """The certificate is ended for good from this day on."""

    officer_id: str
    certificate_no: str
    cause: str
    occurred_on: date


@dataclass(frozen=True)
class CertificateExpired:
    """The certificate ran out; this is the first day on which it is not valid."""

    officer_id: str
    certificate_no: str
    occurred_on: date


@dataclass(frozen=True)
class OfficerLeftPost:
    """The officer holds no enforcement post from this day on."""

    officer_id: str
    subject_id: str
    occurred_on: date


Event = (
    OfficerRegistered
    | ExamRecorded
    | CertificateIssued
    | CertificateSuspended
    | CertificateResumed
    | CertificateCancelled
    | CertificateExpired
    | OfficerLeftPost
)
