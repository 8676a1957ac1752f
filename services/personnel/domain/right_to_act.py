"""Can this officer act here on that day?  One answer with every reason against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from plumbline.identifiers import region
from plumbline.law.rule import Breach, breaches
from services.personnel.domain.officer import Officer
from services.personnel.law.right_to_act import BARS_AN_OFFICER, OfficerFacts
from services.personnel.law.sources import law_day


@dataclass(frozen=True)
class Question:
    """An act as far as the right of a person to do it depends on it."""

    officer_id: str
    on: date
    category: str
    region: str


@dataclass(frozen=True)
class Answer:
    """Whether the officer can act; the body and the certificate are those of the day."""

    officer_id: str
    on: date
    allowed: bool
    subject_id: str | None
    certificate_no: str | None
    reasons: tuple[Breach, ...]


def can_act(officer: Officer | None, question: Question, *, known_at: datetime | None = None) -> Answer:
    """Judge one question as of its day; `known_at` leaves out what was entered later."""
    if officer is None or not officer.was_known_at(known_at):
        facts = OfficerFacts(False, False, None, None, False, False)
        return _answer(question, facts, None, None)
    post = officer.posting_on(question.on, known_at=known_at)
    held = officer.certificate_on(question.on, known_at=known_at)
    facts = OfficerFacts(
        known=True,
        in_enforcement_post=post is not None and post.in_enforcement_post,
        staffing_kind=None if post is None else post.staffing_kind,
        certificate_status=None if held is None else held.status_on(question.on, known_at=known_at),
        category_matches=held is not None and question.category in held.categories,
        region_matches=held is not None and region.covers(held.region, question.region),
    )
    return _answer(
        question, facts, None if post is None else post.subject_id, None if held is None else held.certificate_no
    )


def _answer(question: Question, facts: OfficerFacts, subject_id: str | None, certificate_no: str | None) -> Answer:
    reasons = tuple(breaches(BARS_AN_OFFICER, facts, on=law_day(question.on)))
    return Answer(question.officer_id, question.on, not reasons, subject_id, certificate_no, reasons)
