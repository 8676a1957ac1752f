"""The register of articles (register/*.yaml): which rule encodes each article in scope, or why no rule can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from plumbline.law.deadlines import instruments
from plumbline.law.ruleset import Placed
from plumbline.law.tables import HERE, read

_NUMERALS = "零一二三四五六七八九"
_JOINT = "、"

#: Instrument and article → the codes of the rules that cite it.
Cited = dict[tuple[str, str], set[str]]


@dataclass(frozen=True)
class Entry:
    """One article, or a part of it: the codes of the rules that encode it, or the reason why none does."""

    law: str
    article: str
    encoded: frozenset[str] = frozenset()
    unencoded: str = ""

    @property
    def title(self) -> str:
        """The full title of the instrument."""
        return instruments()[self.law]["title"]


@dataclass(frozen=True)
class Register:
    """What one service has to know of the law: the articles in its scope, and an entry for each."""

    service: str
    scope: Mapping[str, tuple[str, ...]]
    entries: tuple[Entry, ...]

    def faults(self, rules: Iterable[Placed]) -> list[str]:
        """Articles nobody decided about, rules whose article is not here, entries that say nothing or what is not."""
        cited: Cited = defaultdict(set)
        for rule in rules:
            for article in _articles(rule):
                cited[rule.rule.citation.instrument, article].add(rule.rule.code)
        return [*self._missing(), *self._uncited(cited), *self._wrong(cited)]

    def _missing(self) -> Iterator[str]:
        for law, articles in self.scope.items():
            covered = {_of(entry.article) for entry in self.entries if entry.law == law}
            yield from (
                f"{law} {article}: neither encoded nor said why not" for article in articles if article not in covered
            )

    def _uncited(self, cited: Cited) -> Iterator[str]:
        encoded = {(entry.title, entry.article): entry.encoded for entry in self.entries}
        for (title, article), codes in cited.items():
            missing = codes - encoded.get((title, article), frozenset())
            yield from (f"{title}{article}: {code} is not in the register" for code in sorted(missing))

    def _wrong(self, cited: Cited) -> Iterator[str]:
        for entry in self.entries:
            where = f"{entry.law} {entry.article}"
            if bool(entry.encoded) == bool(entry.unencoded):
                yield f"{where}: say either which rules encode it or why none does"
            absent = entry.encoded - cited.get((entry.title, entry.article), set())
            yield from (f"{where}: no rule {code} cites it" for code in sorted(absent))


def registered() -> tuple[str, ...]:
    """The services that have a register."""
    return tuple(sorted(path.stem for path in (HERE / "register").glob("*.yaml") if path.stem != "readings"))


@cache
def register(service: str) -> Register:
    """The register of one service."""
    table = read(f"register/{service}.yaml")
    scope = {law: tuple(name for span in spans for name in _named(str(span))) for law, spans in table["scope"].items()}
    return Register(service, scope, tuple(_entry(law, row) for law, rows in table["articles"].items() for row in rows))


@cache
def readings() -> dict[str, Any]:
    """Texts that can be read in two ways: the question, the readings, the one followed."""
    return read("register/readings.yaml")


def numeral(number: int) -> str:
    """An article's number in Chinese numerals, up to 199."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    last = _NUMERALS[ones] if ones else ""
    if hundreds:
        middle = f"{_NUMERALS[tens]}十" if tens else ("零" if ones else "")
        return f"{_NUMERALS[hundreds]}百{middle}{last}"
    return f"{'' if tens == 1 else _NUMERALS[tens]}十{last}" if tens else last


def _entry(law: str, row: Mapping[str, Any]) -> Entry:
    return Entry(law, row["article"], frozenset(row.get("encoded", ())), row.get("unencoded", ""))


def _named(span: str) -> Iterator[str]:
    """`16-24` and `38` are articles of a statute; anything else is the name of a passage."""
    first, _, last = span.partition("-")
    if first.isascii() and first.isdigit():
        yield from (f"第{numeral(number)}条" for number in range(int(first), int(last or first) + 1))
    else:
        yield span


def _of(article: str) -> str:
    """The article a part belongs to: 第十八条 for 第十八条第二款."""
    return article[: article.index("条") + 1] if "条" in article else article


def _articles(placed: Placed) -> list[str]:
    return placed.rule.citation.article.split(_JOINT)
