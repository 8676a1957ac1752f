"""Vocabulary for statute rules: a rule looks at facts and says whether they satisfy one sentence of law.

Nothing here reads a clock, a database or a queue.  What a rule may look at is in its facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Citation:
    """Where the words of the law are: the instrument and the article."""

    instrument: str
    article: str

    def __str__(self) -> str:
        return f"《{self.instrument}》{self.article}"


@dataclass(frozen=True)
class Rule:
    """One sentence of law as a predicate over facts."""

    code: str
    citation: Citation
    since: date
    text: str
    cure: str
    holds: Callable[[Any], bool]

    def breach(self, facts: Any) -> Breach:
        """This rule as an obstacle; the cure may name any of the facts, as in ``{item_code}``."""
        return Breach(self.code, self.citation, self.text, self.cure.format_map(vars(facts)))


@dataclass(frozen=True)
class Breach:
    """A rule that the facts do not satisfy: what is shown to the caller and kept with the refusal."""

    code: str
    citation: Citation
    text: str
    cure: str

    @property
    def law(self) -> str:
        """The instrument, as the wire names it."""
        return self.citation.instrument

    @property
    def article(self) -> str:
        """The article of the instrument."""
        return self.citation.article

    def __str__(self) -> str:
        return f"{self.text}（{self.citation}）"


def rule(code: str, *, cites: Citation, since: date, cure: str) -> Callable[[Callable[[Any], bool]], Rule]:
    """Turn a predicate into a `Rule`; its docstring is the statute's sentence in our own words."""

    def wrap(predicate: Callable[[Any], bool]) -> Rule:
        text = (predicate.__doc__ or "").strip()
        if not text:
            raise TypeError(f"{code} does not say in its docstring what the law says")
        return Rule(code, cites, since, text, cure, predicate)

    return wrap


def breaches(rules: Iterable[Rule], facts: Any, *, on: date) -> list[Breach]:
    """List every rule in force on that day that the facts break."""
    return [rule.breach(facts) for rule in rules if rule.since <= on and not rule.holds(facts)]


def in_words(barred: Iterable[Breach]) -> str:
    """All breaches as one sentence for a person."""
    return "；".join(dict.fromkeys(str(breach) for breach in barred))
