"""An enforcement body and where it stands, from its application to the end of its qualification.  No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from plumbline.contracts.vocabulary import SubjectStatus
from plumbline.identifiers import uscc
from plumbline.law.dates import Occurrence, day_after, first_instant, out_of_order
from plumbline.law.history import in_force, known
from plumbline.law.rule import Breach, breaches
from services.subjects.domain import events
from services.subjects.domain.powers import (
    BodyType,
    LegalBasis,
    PowerItem,
    StaffingDocument,
    StaffingOpinion,
    bars_on,
)
from services.subjects.domain.refusals import DuplicateSubject, SubjectState, UnlawfulConfirmation
from services.subjects.domain.registration import require_well_formed
from services.subjects.law.authority import BARS_A_CONFIRMATION, BodyFacts
from services.subjects.law.right_to_act import CONFIRMED_WORDS
from services.subjects.law.sources import law_day

#: Where a body may go from where it stands.
TRANSITIONS: dict[str, frozenset[str]] = {
    SubjectStatus.SUBMITTED: frozenset({SubjectStatus.CONFIRMED}),
    SubjectStatus.SUSPENDED: CONFIRMED_WORDS | {SubjectStatus.REVOKED},
    **{word: frozenset({SubjectStatus.SUSPENDED, SubjectStatus.REVOKED}) for word in CONFIRMED_WORDS},
}
#: What everybody may know of a body.
PUBLIC = ("name", "usc_code", "kind", "level", "region")
#: A body in one of these holds its credit code.
ACTIVE = CONFIRMED_WORDS | {SubjectStatus.SUSPENDED}


@dataclass(eq=False)
class StatusChange:
    """The body stands so from a day on; entries are appended and never edited."""

    status: str
    since: date
    recorded_at: datetime
    until: date | None = None
    ground: str | None = None
    legal_ground: str | None = None


@dataclass(eq=False)
class Subject:
    """One enforcement body (行政执法主体) with its legal bases and its power list."""

    id: str
    name: str
    usc_code: str
    kind: str
    level: str
    region: str
    legal_bases: list[LegalBasis]
    power_items: list[PowerItem]
    staffing_document: StaffingDocument | None = None
    staffing_opinion: StaffingOpinion | None = None
    status: str = SubjectStatus.DRAFT
    history: list[StatusChange] = field(default_factory=list)
    version: int = 0

    @classmethod
    def from_application(cls, subject_id: str, form: Mapping[str, Any]) -> Subject:
        """The body as its application describes it; refuses an application that contradicts itself."""
        document = form["staffing_document"]
        return cls(
            id=subject_id,
            **{name: form[name] for name in PUBLIC},
            legal_bases=[LegalBasis(**basis) for basis in form["legal_bases"]],
            power_items=[PowerItem.from_form(item) for item in form["power_items"]],
            staffing_document=None if document is None else StaffingDocument(**document),
        )

    def __post_init__(self) -> None:
        self.usc_code = uscc.normalise(self.usc_code)
        require_well_formed(self.usc_code, self.region, self.legal_bases, self.power_items)

    def apply(self, when: Occurrence) -> events.SubjectRegistered:
        """The body asks for its qualification to be confirmed (申报)."""
        when.require_not_before()
        self._stand(SubjectStatus.SUBMITTED, when)
        return events.SubjectRegistered(**self._public(), occurred_on=when.on)

    def confirm(
        self, opinion: StaffingOpinion, when: Occurrence, *, code_is_free: bool = True
    ) -> events.SubjectConfirmed:
        """The legal office confirms the body, or refuses and names every article in the way (确认)."""
        self._require_way_to(SubjectStatus.CONFIRMED, from_=SubjectStatus.SUBMITTED)
        when.require_not_before(self.history[-1].since, opinion.issued_on)
        if barred := self._bars_a_confirmation(opinion, when.on, code_is_free):
            only_duplicate = all(breach.code == DuplicateSubject.code for breach in barred)
            raise (DuplicateSubject if only_duplicate else UnlawfulConfirmation)(breaches=barred)
        self.staffing_opinion = opinion
        self._stand(SubjectStatus.CONFIRMED, when)
        return events.SubjectConfirmed(**self._public(), field_codes=self.field_codes, occurred_on=when.on)

    def suspend(
        self, when: Occurrence, *, ground: str, legal_ground: str, until: date | None = None
    ) -> events.SubjectSuspended:
        """The justice bureau stops the body from taking up anything new, for a term or until lifted (暂停)."""
        self._require_way_to(SubjectStatus.SUSPENDED)
        when.require_not_before(self.history[-1].since)
        if until is not None and until < when.on:
            raise out_of_order("until", f"截止日期不得早于起始日期（{when.on}）")
        self._stand(SubjectStatus.SUSPENDED, when, until=until, ground=ground, legal_ground=legal_ground)
        return events.SubjectSuspended(self.id, when.on, until, legal_ground)

    def resume(self, when: Occurrence, *, ground: str) -> events.SubjectResumed:
        """The suspension is lifted (恢复)."""
        self._require_way_to(SubjectStatus.CONFIRMED, from_=SubjectStatus.SUSPENDED)
        when.require_not_before(self.history[-1].since)
        return self._resume(when, ground)

    def end_term(self, recorded_at: datetime) -> list[events.SubjectResumed]:
        """A suspension whose last day is past ends by itself; one lifted or followed by revocation already did."""
        current = self.history[-1]
        if self.status != SubjectStatus.SUSPENDED or current.until is None:
            return []
        when = Occurrence(day_after(current.until), recorded_at)
        return [self._resume(when, None)] if when.on <= when.entered_on else []

    def revoke(self, when: Occurrence, *, reason: str, legal_ground: str) -> events.SubjectRevoked:
        """The body loses its qualification for good (取消主体资格)."""
        self._require_way_to(SubjectStatus.REVOKED)
        when.require_not_before(self.history[-1].since)
        self._stand(SubjectStatus.REVOKED, when, ground=reason, legal_ground=legal_ground)
        return events.SubjectRevoked(self.id, when.on, legal_ground)

    @property
    def field_codes(self) -> tuple[str, ...]:
        """The fields in which the body holds any power."""
        return tuple(sorted({item.field for item in self.power_items}))

    def term_ends_at(self) -> list[datetime]:
        """The instant at which the current suspension ends by itself, if it does."""
        until = self.history[-1].until
        return [] if until is None else [first_instant(day_after(until))]

    def status_on(self, day: date, *, known_at: datetime | None = None) -> str | None:
        """Where the body stood on that day, as far as was known then; None before its application."""
        change = in_force(self.history, day, known_at=known_at)
        return None if change is None else change.status

    def was_known_at(self, known_at: datetime | None) -> bool:
        """Whether anything about this body had been entered by then."""
        return bool(known(self.history, known_at))

    def _bars_a_confirmation(self, opinion: StaffingOpinion, on: date, code_is_free: bool) -> list[Breach]:
        facts = BodyFacts(
            basis_kinds=frozenset(basis.kind for basis in self.legal_bases if basis.in_force_on(on)),
            has_staffing_document=self.staffing_document is not None and self.staffing_document.issued_on <= on,
            staffing_office_agrees=opinion.agrees,
            code_is_free=code_is_free,
        )
        barred = breaches(BARS_A_CONFIRMATION, facts, on=law_day(on))
        for item in self.power_items:
            first_day = max(on, item.valid_from)
            if item.valid_to is None or first_day <= item.valid_to:
                barred += bars_on(item, BodyType(self.kind, self.level), self.legal_bases, first_day)
        return barred

    def _require_way_to(self, status: str, *, from_: str | None = None) -> None:
        if status not in TRANSITIONS.get(self.status, ()) or from_ not in (None, self.status):
            raise SubjectState(f"主体当前状态为{self.status}，不能办理此事项")

    def _resume(self, when: Occurrence, ground: str | None) -> events.SubjectResumed:
        before = next(change for change in reversed(self.history) if change.status in CONFIRMED_WORDS)
        self._stand(before.status, when, ground=ground)
        return events.SubjectResumed(self.id, when.on)

    def _stand(self, status: str, when: Occurrence, **particulars: str | date | None) -> None:
        self.status = status
        self.history.append(StatusChange(status, when.on, when.recorded_at, **particulars))  # type: ignore[arg-type]

    def _public(self) -> dict[str, str]:
        return {"subject_id": self.id, **{name: getattr(self, name) for name in PUBLIC}}
