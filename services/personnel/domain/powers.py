"""What the subjects service answered about the body of an officer, category by category."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

#: Answers that speak of the body itself, and answers that follow from another one.
BODY_BARRED = frozenset({"SUBJECT_UNKNOWN", "SUBJECT_NOT_CONFIRMED", "SUBJECT_SUSPENDED", "SUBJECT_REVOKED"})
REGION_BARRED = frozenset({"REGION_OUTSIDE_POWER"})
CONSEQUENCES = frozenset({"PENALTY_VOID"})


def questions(subject_id: str, categories: Iterable[str], region: str, on: date) -> list[dict[str, Any]]:
    """What to ask about the body before a certificate is issued: one question for each category."""
    return [{"subject_id": subject_id, "field": category, "region": region, "on": on} for category in categories]


@dataclass(frozen=True)
class CategoryPower:
    """Whether the body holds a power in one category, and under which item."""

    category: str
    bars: frozenset[str]
    power_item_code: str | None = None
    power_item_version: int | None = None


@dataclass(frozen=True)
class BodyPowers:
    """The answers to one round of questions."""

    categories: tuple[CategoryPower, ...]

    @classmethod
    def from_answers(cls, categories: Iterable[str], answers: Iterable[Mapping[str, Any]]) -> BodyPowers:
        """Pair each category asked about with its answer."""
        return cls(tuple(_one(category, answer) for category, answer in zip(categories, answers, strict=True)))

    @property
    def body_confirmed(self) -> bool:
        """Whether nothing stands against the body itself."""
        return not any(power.bars & BODY_BARRED for power in self.categories)

    @property
    def region_outside(self) -> bool:
        """Whether some power is not held in the region."""
        return any(power.bars & REGION_BARRED for power in self.categories)

    @property
    def categories_outside(self) -> tuple[str, ...]:
        """Categories in which no lawful power is held."""
        others = BODY_BARRED | REGION_BARRED | CONSEQUENCES
        return tuple(power.category for power in self.categories if power.bars - others)

    def granted(self) -> list[dict[str, Any]]:
        """What is kept with the certificate: the item, in its version, that covers each category."""
        names = ("category", "power_item_code", "power_item_version")
        return [{name: getattr(power, name) for name in names} for power in self.categories]


def _one(category: str, answer: Mapping[str, Any]) -> CategoryPower:
    bars = frozenset(reason["code"] for reason in answer["reasons"])
    if basis := answer.get("basis"):
        return CategoryPower(category, bars, basis["power_item_code"], basis["power_item_version"])
    return CategoryPower(category, bars or frozenset({"NO_POWER"}))
