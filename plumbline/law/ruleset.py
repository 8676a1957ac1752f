"""Sets of rules that answer at once: what bars the act, what is only flagged, and what would clear each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from types import ModuleType
from typing import Any

from plumbline.law.refusal import Refusal
from plumbline.law.rule import Breach, Rule, breaches

#: A rule of a service has its effect from the list of its module in which it stands.
BARS, FLAGS = "bars", "flags"
_LISTS = {"BARS_": BARS, "FLAGS_": FLAGS}


@dataclass(frozen=True)
class Judgment:
    """Every breach there is: those that stand against the act, and those that are recorded and reported."""

    barred: tuple[Breach, ...] = ()
    flagged: tuple[Breach, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether the act may be done."""
        return not self.barred

    def or_refuse(self, refusal: type[Refusal]) -> Judgment:
        """The judgment itself, for its flags; or the refusal with all that stands against the act."""
        if self.barred:
            raise refusal(breaches=self.barred)
        return self


@dataclass(frozen=True)
class RuleSet:
    """The rules on one act. Whether a rule bars or flags is a legal judgement, not a programmer's."""

    bars: tuple[Rule, ...] = ()
    flags: tuple[Rule, ...] = ()

    def judge(self, facts: Any, *, on: date) -> Judgment:
        """All rules in force on that day against the same facts."""
        return Judgment(tuple(breaches(self.bars, facts, on=on)), tuple(breaches(self.flags, facts, on=on)))


@dataclass(frozen=True)
class Placed:
    """A rule where it was found, with the lists that use it."""

    rule: Rule
    module: str
    name: str
    lists: tuple[str, ...]

    @property
    def effects(self) -> tuple[str, ...]:
        """`bars`, `flags`, or both."""
        return tuple(
            dict.fromkeys(effect for used in self.lists for start, effect in _LISTS.items() if used.startswith(start))
        )


def placed(modules: Iterable[ModuleType]) -> Iterator[Placed]:
    """Every rule that these modules define, in the order in which it is written."""
    for module in modules:
        lists = {name: value for name, value in vars(module).items() if name.startswith(tuple(_LISTS))}
        for name, value in vars(module).items():
            if isinstance(value, Rule) and value.holds.__module__ == module.__name__:
                yield Placed(
                    value, module.__name__, name, tuple(used for used, rules in lists.items() if value in rules)
                )
