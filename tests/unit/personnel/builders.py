"""Small builders of officers for the tests of personnel."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from plumbline.law.dates import LEGAL_ZONE, Occurrence
from services.personnel.domain.certificate import NewCertificate
from services.personnel.domain.officer import Officer
from services.personnel.domain.powers import BodyPowers, CategoryPower
from services.personnel.domain.right_to_act import Question

DAY = date(2026, 3, 2)
NUMBER = "HB-0400-00017"


def on(day: date, entered: date | None = None, hour: int = 9) -> Occurrence:
    """An act of that day, entered the same day unless another is given."""
    entered = entered or day
    return Occurrence(day, datetime(entered.year, entered.month, entered.day, hour, tzinfo=LEGAL_ZONE))


def days(count: int) -> date:
    return DAY + timedelta(days=count)


def an_officer(*, in_enforcement_post: bool = True, staffing_kind: str = "ADMINISTRATIVE") -> Officer:
    officer = Officer("o-1", "甲某", "s-1", in_enforcement_post)
    officer.take_up(on(DAY), staffing_kind=staffing_kind, position="执法队员")
    return officer


def an_examined_officer(**changes: Any) -> Officer:
    officer = an_officer(**changes)
    officer.sit_exam(on(DAY), kind="PUBLIC_LAW", score=Decimal(80))
    officer.sit_exam(on(DAY), kind="PROFESSIONAL_LAW", score=Decimal("60.0"))
    return officer


def a_certified_officer(**changes: Any) -> Officer:
    officer = an_examined_officer()
    officer.issue(a_certificate(**changes), on(DAY), powers=powers())
    return officer


def a_certificate(**changes: Any) -> NewCertificate:
    standard = {
        "certificate_no": NUMBER,
        "kind": "PROVINCIAL",
        "issuer": "河北省人民政府",
        "categories": ("FOOD",),
        "region": "130481",
        "valid_to": date(2029, 3, 1),
    }
    return NewCertificate(**{**standard, **changes})


def powers(*bars: str, category: str = "FOOD") -> BodyPowers:
    """The body holds the power, or these reasons stand against it."""
    if bars:
        return BodyPowers((CategoryPower(category, frozenset(bars)),))
    return BodyPowers((CategoryPower(category, frozenset(), "CF-001", 1),))


def a_question(day: date = DAY, **changes: Any) -> Question:
    return Question(**{"officer_id": "o-1", "on": day, "category": "FOOD", "region": "130481101", **changes})


def codes(refusal_or_answer: Any) -> list[str]:
    """The codes of all breaches or reasons."""
    found = getattr(refusal_or_answer, "breaches", None) or getattr(refusal_or_answer, "reasons", ())
    return [breach.code for breach in found]
