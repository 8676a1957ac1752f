"""What a body rests on and what it may do: legal bases and the power items of its list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from plumbline.identifiers import region
from plumbline.law.rule import Breach, breaches
from services.subjects.law.authority import BARS_A_POWER, PowerFacts
from services.subjects.law.sources import law_day


@dataclass(frozen=True)
class StaffingDocument:
    """The document that fixes a body's functions, structure and staff (“三定”规定)."""

    document_no: str
    issued_on: date


@dataclass(frozen=True)
class StaffingOpinion:
    """What the staffing office (编制部门) says to the confirmation of a body."""

    document_no: str
    issued_on: date
    agrees: bool


@dataclass(eq=False)
class LegalBasis:
    """One legal basis (职权依据); `names_body`: it names this body, or bodies of its kind, as the one to act."""

    code: str
    kind: str
    title: str
    effective_from: date
    effective_to: date | None = None
    issuer: str | None = None
    document_no: str | None = None
    articles: str | None = None
    names_body: bool = False

    def in_force_on(self, day: date) -> bool:
        """Whether the basis is in force on that day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


@dataclass(eq=False)
class PowerItem:
    """One version of one item of the power list (权责清单事项)."""

    code: str
    name: str
    action_type: str
    field: str
    basis_codes: tuple[str, ...]
    region: str
    valid_from: date
    valid_to: date | None = None
    version: int = 1
    penalty_kinds: tuple[str, ...] = ()

    @classmethod
    def from_form(cls, form: Mapping[str, Any]) -> PowerItem:
        """The item as an application describes it."""
        lists = {name: tuple(form[name]) for name in ("basis_codes", "penalty_kinds")}
        return cls(**{**form, **lists})

    def valid_on(self, day: date) -> bool:
        """Whether this version is in the list on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def covers(self, asked_region: str) -> bool:
        """Whether the item may be used in that region."""
        return region.covers(self.region, asked_region)

    def overlaps(self, other: PowerItem) -> bool:
        """Whether some day is in the validity of both."""
        return self.valid_from <= (other.valid_to or date.max) and other.valid_from <= (self.valid_to or date.max)


@dataclass(frozen=True)
class BodyType:
    """What the law asks about a body when it looks at one of its powers."""

    kind: str
    level: str


def bases_in_force(item: PowerItem, bases: Iterable[LegalBasis], day: date) -> list[LegalBasis]:
    """The bases the item cites, as far as they are in force on that day."""
    return [basis for basis in bases if basis.code in item.basis_codes and basis.in_force_on(day)]


def bars_on(item: PowerItem, body: BodyType, bases: Sequence[LegalBasis], day: date) -> list[Breach]:
    """Every rule that keeps the body from holding this item on that day."""
    cited = bases_in_force(item, bases, day)
    facts = PowerFacts(
        item_code=item.code,
        action_type=item.action_type,
        penalty_kinds=frozenset(item.penalty_kinds),
        body_kind=body.kind,
        body_level=body.level,
        basis_kinds=frozenset(basis.kind for basis in cited),
        naming_kinds=frozenset(basis.kind for basis in cited if basis.names_body),
    )
    return breaches(BARS_A_POWER, facts, on=law_day(day))
