"""May this body do this act here on that day, and on what basis?  One answer with every reason against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from plumbline.law.rule import Breach, breaches
from services.subjects.domain.powers import BodyType, LegalBasis, PowerItem, bars_on, bases_in_force
from services.subjects.domain.subject import Subject
from services.subjects.law.right_to_act import BARS_AN_ACT, StandingFacts
from services.subjects.law.sources import law_day


@dataclass(frozen=True)
class Question:
    """An act as far as the right to do it depends on it; what is None may be anything."""

    subject_id: str
    on: date
    region: str
    action_type: str | None = None
    field: str | None = None
    power_item_code: str | None = None

    def asks_for(self, item: PowerItem) -> bool:
        """Whether the item is for such an act."""
        return (
            self.power_item_code in (None, item.code)
            and self.field in (None, item.field)
            and self.action_type in (None, item.action_type)
        )


@dataclass(frozen=True)
class PowerBasis:
    """On what an act rests: the item in its version, and the legal bases in force on the day."""

    power_item_code: str
    power_item_version: int
    name: str
    action_type: str
    field: str
    region: str
    legal_bases: tuple[LegalBasis, ...]


@dataclass(frozen=True)
class Answer:
    """Whether the act is allowed; if so its basis, if not every reason."""

    subject_id: str
    on: date
    allowed: bool
    status: str | None
    basis: PowerBasis | None
    reasons: tuple[Breach, ...]


def may_act(subject: Subject | None, question: Question, *, known_at: datetime | None = None) -> Answer:
    """Judge one question as of its day; `known_at` leaves out what was entered later."""
    if subject is None or not subject.was_known_at(known_at):
        facts = StandingFacts(None, False, False, question.action_type, known=False)
        return _refused(question, None, breaches(BARS_AN_ACT, facts, on=law_day(question.on)))
    items = _items_asked_for(subject, question)
    here = [item for item in items if item.covers(question.region)]
    status = subject.status_on(question.on, known_at=known_at)
    facts = StandingFacts(status, bool(items), bool(here), question.action_type)
    reasons = breaches(BARS_AN_ACT, facts, on=law_day(question.on))
    item, bars = _least_barred(subject, here or items, question.on)
    if item is None or reasons or bars:
        return _refused(question, status, [*reasons, *bars])
    return Answer(question.subject_id, question.on, True, status, _basis(subject, item, question.on), ())


def _items_asked_for(subject: Subject, question: Question) -> list[PowerItem]:
    items = [item for item in subject.power_items if item.valid_on(question.on) and question.asks_for(item)]
    return sorted(items, key=lambda item: (item.code, item.version))


def _least_barred(subject: Subject, items: Iterable[PowerItem], day: date) -> tuple[PowerItem | None, list[Breach]]:
    body = BodyType(subject.kind, subject.level)
    least: tuple[PowerItem | None, list[Breach]] = (None, [])
    for item in items:
        bars = bars_on(item, body, subject.legal_bases, day)
        if not bars:
            return item, []
        if least[0] is None or len(bars) < len(least[1]):
            least = item, bars
    return least


def _basis(subject: Subject, item: PowerItem, day: date) -> PowerBasis:
    bases = tuple(bases_in_force(item, subject.legal_bases, day))
    return PowerBasis(item.code, item.version, item.name, item.action_type, item.field, item.region, bases)


def _refused(question: Question, status: str | None, reasons: Iterable[Breach]) -> Answer:
    return Answer(question.subject_id, question.on, False, status, None, tuple(reasons))
