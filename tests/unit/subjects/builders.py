"""Small builders of bodies for the tests of subjects."""

from datetime import date, datetime, timedelta
from typing import Any

from plumbline.law.dates import LEGAL_ZONE, Occurrence
from services.subjects.domain.powers import LegalBasis, PowerItem, StaffingDocument, StaffingOpinion
from services.subjects.domain.right_to_act import Question
from services.subjects.domain.subject import Subject

DAY = date(2026, 3, 2)
USCC = "11130400000481238A"


def on(day: date, entered: date | None = None, hour: int = 9) -> Occurrence:
    """An act of that day, entered the same day unless another is given."""
    entered = entered or day
    return Occurrence(day, datetime(entered.year, entered.month, entered.day, hour, tzinfo=LEGAL_ZONE))


def days(count: int) -> date:
    return DAY + timedelta(days=count)


def a_basis(code: str = "food-law", kind: str = "LAW", **changes: Any) -> LegalBasis:
    return LegalBasis(
        **{"code": code, "kind": kind, "title": "食品安全法", "effective_from": date(2015, 10, 1), **changes}
    )


def an_item(code: str = "CF-001", **changes: Any) -> PowerItem:
    standard = {
        "code": code,
        "name": "对未取得许可从事食品经营的处罚",
        "action_type": "PENALTY",
        "field": "FOOD",
        "basis_codes": ("food-law",),
        "region": "130481",
        "valid_from": date(2020, 1, 1),
        "penalty_kinds": ("FINE",),
    }
    return PowerItem(**{**standard, **changes})


def a_subject(**changes: Any) -> Subject:
    standard: dict[str, Any] = {
        "id": "s-1",
        "name": "武安市市场监督管理局",
        "usc_code": USCC,
        "kind": "STATUTORY",
        "level": "COUNTY",
        "region": "130481",
        "legal_bases": [a_basis()],
        "power_items": [an_item()],
        "staffing_document": StaffingDocument("武编〔2019〕5号", date(2019, 3, 1)),
    }
    return Subject(**{**standard, **changes})


def an_applied_subject(**changes: Any) -> Subject:
    subject = a_subject(**changes)
    subject.apply(on(DAY))
    return subject


def a_confirmed_subject(**changes: Any) -> Subject:
    subject = an_applied_subject(**changes)
    subject.confirm(an_opinion(), on(DAY))
    return subject


def an_opinion(**changes: Any) -> StaffingOpinion:
    return StaffingOpinion(**{"document_no": "武编函〔2026〕1号", "issued_on": DAY, "agrees": True, **changes})


def a_question(day: date = DAY, **changes: Any) -> Question:
    standard = {"subject_id": "s-1", "on": day, "region": "130481101", "action_type": "PENALTY", "field": "FOOD"}
    return Question(**{**standard, **changes})


def codes(refusal_or_answer: Any) -> list[str]:
    """The codes of all breaches or reasons."""
    found = getattr(refusal_or_answer, "breaches", None) or getattr(refusal_or_answer, "reasons", ())
    return [breach.code for breach in found]
