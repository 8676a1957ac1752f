"""A certificate of enforcement and where it stands, from its issue to its end.  No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from plumbline.contracts.vocabulary import CertificateStatus
from plumbline.identifiers import region
from plumbline.law.dates import Occurrence, day_after, first_instant, out_of_order
from plumbline.law.history import in_force
from plumbline.law.refusal import InvalidParam
from plumbline.law.rule import breaches
from services.personnel.domain import events
from services.personnel.domain.refusals import (
    CertificateNumberInvalid,
    CertificateState,
    RegionUnknown,
    UnlawfulSuspension,
)
from services.personnel.law.certificate import BARS_A_SUSPENSION, NUMBERS, SuspensionFacts
from services.personnel.law.sources import law_day

#: A certificate in one of these has not come to its end.
OPEN = frozenset({CertificateStatus.VALID, CertificateStatus.SUSPENDED})
_NUMBER = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")


def normalise(certificate_no: str) -> str:
    """The number as it is kept: no surrounding blanks, capital letters."""
    return certificate_no.strip().upper()


@dataclass(eq=False)
class CertificateChange:
    """The certificate stands so from a day on; entries are appended and never edited."""

    status: str
    since: date
    recorded_at: datetime
    until: date | None = None
    cause: str | None = None
    ground: str | None = None


@dataclass(frozen=True)
class NewCertificate:
    """What is printed on a certificate to be issued."""

    certificate_no: str
    kind: str
    issuer: str
    categories: tuple[str, ...]
    region: str
    valid_to: date

    @classmethod
    def from_form(cls, form: Mapping[str, Any]) -> NewCertificate:
        """A certificate as the form of its issue describes it; each category once."""
        return cls(
            certificate_no=normalise(form["certificate_no"]),
            categories=tuple(dict.fromkeys(form["categories"])),
            **{name: form[name] for name in ("kind", "issuer", "region", "valid_to")},
        )

    def require_well_formed(self, issued_on: date) -> None:
        """Refuse a number, a region or a validity that cannot be."""
        shortest, longest = (
            NUMBERS.at(f"certificate_number_{name}", law_day(issued_on)) for name in ("shortest", "longest")
        )
        if not shortest <= len(self.certificate_no) <= longest or not _NUMBER.issuperset(self.certificate_no):
            reason = f"证件编号应为{shortest}至{longest}位大写字母、数字或者连字符"
            raise CertificateNumberInvalid(
                invalid=(InvalidParam("certificateNo", reason, CertificateNumberInvalid.code),)
            )
        if not region.known(self.region):
            reason = f"未知的行政区划代码{self.region}"
            raise RegionUnknown(invalid=(InvalidParam("region", reason, RegionUnknown.code),))
        if self.valid_to < issued_on:
            raise out_of_order("validTo", f"有效期截止日期不得早于发证日期（{issued_on}）")


@dataclass(eq=False)
class Certificate:
    """One certificate of enforcement (行政执法证件); ended, it never comes back."""

    certificate_no: str
    officer_id: str
    subject_id: str
    kind: str
    issuer: str
    categories: tuple[str, ...]
    region: str
    issued_on: date
    valid_to: date
    granted_under: list[dict] = field(default_factory=list)
    status: str = CertificateStatus.VALID
    history: list[CertificateChange] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether it has not come to its end."""
        return self.status in OPEN

    def status_on(self, day: date, *, known_at: datetime | None = None) -> str | None:
        """Where it stood on that day, as far as was known then; None before its issue."""
        change = in_force(self.history, day, known_at=known_at)
        if change is None:
            return None
        return CertificateStatus.EXPIRED if change.status in OPEN and day > self.valid_to else change.status

    @property
    def expires_at(self) -> datetime:
        """The instant from which it is not valid any more."""
        return first_instant(day_after(self.valid_to))

    def term_ends_at(self) -> list[datetime]:
        """The instant at which the current suspension ends by itself, if there is one."""
        until = self.history[-1].until
        return [] if until is None else [first_instant(day_after(until))]

    def begin(self, when: Occurrence) -> None:
        """It is valid from the day of its issue."""
        self._stand(CertificateStatus.VALID, when)

    def suspend(self, when: Occurrence, *, until: date, ground: str) -> events.CertificateSuspended:
        """It is withheld for one of the grounds (暂扣)."""
        self._require(CertificateStatus.VALID)
        when.require_not_before(self.history[-1].since)
        if until < when.on:
            raise out_of_order("until", f"截止日期不得早于起始日期（{when.on}）")
        if barred := breaches(BARS_A_SUSPENSION, SuspensionFacts(when.on, until), on=law_day(when.on)):
            raise UnlawfulSuspension(breaches=barred)
        self._stand(CertificateStatus.SUSPENDED, when, until=until, cause=ground)
        return events.CertificateSuspended(self.officer_id, self.certificate_no, when.on, until)

    def resume(self, when: Occurrence, *, ground: str | None) -> events.CertificateResumed:
        """It is given back before its time (恢复)."""
        self._require(CertificateStatus.SUSPENDED)
        when.require_not_before(self.history[-1].since)
        self._stand(CertificateStatus.VALID, when, ground=ground)
        return events.CertificateResumed(self.officer_id, self.certificate_no, when.on)

    def end_term(self, recorded_at: datetime) -> list[events.CertificateResumed]:
        """A suspension whose last day is past ends by itself; one that was lifted or overtaken already did."""
        current = self.history[-1]
        if self.status != CertificateStatus.SUSPENDED or current.until is None:
            return []
        when = Occurrence(day_after(current.until), recorded_at)
        return [self.resume(when, ground=None)] if when.on <= when.entered_on else []

    def cancel(self, when: Occurrence, cause: str) -> events.CertificateCancelled:
        """It is ended for good (注销)."""
        self._require(*OPEN)
        when.require_not_before(self.history[-1].since)
        return self._cancel(when, cause)

    def cancel_with_post(self, when: Occurrence, cause: str) -> events.CertificateCancelled:
        """It ends with the post of its holder, or at its last change if that was entered for a later day."""
        return self._cancel(Occurrence(max(when.on, self.history[-1].since), when.recorded_at), cause)

    def expire(self, recorded_at: datetime) -> list[events.CertificateExpired]:
        """It ran out with its last day, unless it had ended before."""
        when = Occurrence(day_after(self.valid_to), recorded_at)
        if not self.is_open or when.on > when.entered_on:
            return []
        self._stand(CertificateStatus.EXPIRED, when)
        return [events.CertificateExpired(self.officer_id, self.certificate_no, when.on)]

    def _cancel(self, when: Occurrence, cause: str) -> events.CertificateCancelled:
        self._stand(CertificateStatus.CANCELLED, when, cause=cause)
        return events.CertificateCancelled(self.officer_id, self.certificate_no, cause, when.on)

    def _require(self, *statuses: str) -> None:
        if self.status not in statuses:
            cure = "；已终止的证件不能恢复，须重新申领" if not self.is_open else ""
            raise CertificateState(f"证件当前状态为{self.status}，不能办理此事项{cure}")

    def _stand(self, status: str, when: Occurrence, **particulars: str | date | None) -> None:
        self.status = status
        self.history.append(CertificateChange(status, when.on, when.recorded_at, **particulars))  # type: ignore[arg-type]
