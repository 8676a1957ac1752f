"""An officer: posts held, examinations passed, certificates carried.  No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from plumbline.contracts.vocabulary import CancellationCause, ExamKind, LeavingReason
from plumbline.law.dates import Occurrence
from plumbline.law.history import in_force, known
from plumbline.law.rule import Breach, breaches
from services.personnel.domain import events
from services.personnel.domain.certificate import OPEN, Certificate, NewCertificate, normalise
from services.personnel.domain.powers import BodyPowers
from services.personnel.domain.refusals import DuplicateCertificate, IneligibleForCertificate, OfficerLeft
from services.personnel.law.certificate import BARS_AN_ISSUE, NUMBERS, IssueFacts
from services.personnel.law.sources import law_day


@dataclass(eq=False)
class Posting:
    """What the officer holds from a day on; entries are appended and never edited."""

    subject_id: str
    staffing_kind: str
    position: str
    in_enforcement_post: bool
    since: date
    recorded_at: datetime
    left_for: str | None = None
    until: date | None = None


@dataclass(eq=False)
class Exam:
    """One examination before the certificate, with the mark that was needed on its day."""

    kind: str
    occurred_on: date
    score: Decimal
    pass_mark: int
    recorded_at: datetime

    @property
    def passed(self) -> bool:
        """Whether the mark was reached."""
        return self.score >= self.pass_mark


@dataclass(eq=False)
class Officer:
    """One person of a body (执法人员), certified or not."""

    id: str
    name: str
    subject_id: str
    in_enforcement_post: bool
    postings: list[Posting] = field(default_factory=list)
    exams: list[Exam] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    version: int = 0

    @classmethod
    def from_form(cls, officer_id: str, form: Mapping[str, Any]) -> Officer:
        """A person as the form of a registration describes it."""
        return cls(officer_id, form["name"], form["subject_id"], form["in_enforcement_post"])

    def take_up(self, when: Occurrence, *, staffing_kind: str, position: str) -> events.OfficerRegistered:
        """The officer begins in the body (登记)."""
        when.require_not_before()
        post = Posting(self.subject_id, staffing_kind, position, self.in_enforcement_post, when.on, when.recorded_at)
        self.postings.append(post)
        return events.OfficerRegistered(self.id, self.subject_id, staffing_kind, self.in_enforcement_post, when.on)

    def sit_exam(self, when: Occurrence, *, kind: str, score: Decimal) -> events.ExamRecorded:
        """The officer sat an examination (考试)."""
        when.require_not_before()
        exam = Exam(kind, when.on, score, NUMBERS.at("exam_pass_mark", law_day(when.on)), when.recorded_at)
        self.exams.append(exam)
        return events.ExamRecorded(self.id, kind, exam.passed, when.on)

    def issue(
        self, new: NewCertificate, when: Occurrence, *, powers: BodyPowers, number_is_free: bool = True
    ) -> events.CertificateIssued:
        """Give the officer a certificate, or refuse and name every article in the way (发证)."""
        new.require_well_formed(when.on)
        when.require_not_before(self.postings[0].since, *(held.history[-1].since for held in self.certificates))
        if barred := self._bars_an_issue(when.on, powers, number_is_free):
            only_duplicate = all(breach.code == DuplicateCertificate.code for breach in barred)
            raise (DuplicateCertificate if only_duplicate else IneligibleForCertificate)(breaches=barred)
        certificate = Certificate(
            officer_id=self.id,
            subject_id=self.subject_id,
            issued_on=when.on,
            granted_under=powers.granted(),
            **vars(new),
        )
        certificate.begin(when)
        self.certificates.append(certificate)
        return events.CertificateIssued(
            self.id, self.subject_id, self.name, self.position, occurred_on=when.on, **vars(new)
        )

    def leave_post(self, when: Occurrence, reason: str) -> list[events.Event]:
        """The officer leaves the post; what certificate there is ends with it (离岗)."""
        if not self.present or (reason == LeavingReason.OFF_ENFORCEMENT and not self.in_enforcement_post):
            raise OfficerLeft(f"人员{self.id}已不在该岗位")
        when.require_not_before(self.postings[-1].since)
        return self._leave(when, reason, CancellationCause.LEFT_POST)

    def lose_body(self, when: Occurrence) -> list[events.Event]:
        """The body lost its qualification, and with it every enforcement post in it ends."""
        if not self.in_enforcement_post:
            return []
        since = max(when.on, self.postings[-1].since)
        reason, cause = LeavingReason.SUBJECT_REVOKED, CancellationCause.SUBJECT_REVOKED
        return self._leave(Occurrence(since, when.recorded_at), reason, cause)

    @property
    def present(self) -> bool:
        """Whether the officer still belongs to the body."""
        return self.postings[-1].left_for in (None, LeavingReason.OFF_ENFORCEMENT)

    @property
    def position(self) -> str:
        """The position last held."""
        return self.postings[-1].position

    @property
    def open_certificates(self) -> list[Certificate]:
        """The certificates that have not come to their end."""
        return [held for held in self.certificates if held.is_open]

    def certificate(self, certificate_no: str) -> Certificate:
        """The officer's certificate of that number."""
        number = normalise(certificate_no)
        return next(held for held in self.certificates if held.certificate_no == number)

    def posting_on(self, day: date, *, known_at: datetime | None = None) -> Posting | None:
        """What the officer held on that day, as far as was known then."""
        return in_force(self.postings, day, known_at=known_at)

    def certificate_on(self, day: date, *, known_at: datetime | None = None) -> Certificate | None:
        """The certificate that counts on that day: an open one, else the latest that had been issued."""
        found = [(held.status_on(day, known_at=known_at), held) for held in self.certificates]
        issued = [(status in OPEN, held.issued_on, n, held) for n, (status, held) in enumerate(found) if status]
        return max(issued, key=lambda entry: entry[:3])[3] if issued else None

    def was_known_at(self, known_at: datetime | None) -> bool:
        """Whether anything about this officer had been entered by then."""
        return bool(known(self.postings, known_at))

    def _leave(self, when: Occurrence, reason: str, cause: str) -> list[events.Event]:
        last = self.postings[-1]
        self.in_enforcement_post = False
        self.postings.append(
            Posting(
                last.subject_id, last.staffing_kind, last.position, False, when.on, when.recorded_at, left_for=reason
            )
        )
        cancelled = [held.cancel_with_post(when, cause) for held in self.open_certificates]
        return [*cancelled, events.OfficerLeftPost(self.id, last.subject_id, when.on)]

    def _bars_an_issue(self, on: date, powers: BodyPowers, number_is_free: bool) -> list[Breach]:
        post = self.posting_on(on)
        facts = IssueFacts(
            passed_public_law=_passed(self.exams, ExamKind.PUBLIC_LAW, on),
            passed_professional_law=_passed(self.exams, ExamKind.PROFESSIONAL_LAW, on),
            in_enforcement_post=self.in_enforcement_post and post is not None and post.in_enforcement_post,
            staffing_kind=self.postings[-1].staffing_kind if post is None else post.staffing_kind,
            body_confirmed=powers.body_confirmed,
            categories_outside="、".join(powers.categories_outside),
            region_outside=powers.region_outside,
            holds_another=any(held.status_on(on) in OPEN for held in self.certificates),
            number_is_free=number_is_free,
        )
        return breaches(BARS_AN_ISSUE, facts, on=law_day(on))


def _passed(exams: Iterable[Exam], kind: str, by: date) -> bool:
    return any(exam.kind == kind and exam.passed and exam.occurred_on <= by for exam in exams)
