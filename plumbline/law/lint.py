"""Checks on law as data: no rule without its article, no number of the law in code, no article forgotten."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from plumbline.law.deadlines import Deadline, instruments
from plumbline.law.parameters import EVIDENCE
from plumbline.law.ruleset import Placed

#: Counting from nothing and from one is not law.
HARMLESS = (0, 1)
_UNREAD = "条号未查得"


@dataclass(frozen=True)
class Literal:
    """A number written in code: where, and which."""

    line: int
    within: str
    value: int | float

    def __str__(self) -> str:
        return f"line {self.line}, {self.within or 'the module'}: {self.value}"


def numbers_in(source: str) -> list[Literal]:
    """Every number in the code but 0 and 1; a docstring may say one."""
    return list(_literals(ast.parse(source), ""))


def rule_faults(rules: Iterable[Placed]) -> list[str]:
    """Rules without an article of a known instrument, without words, unused, or older than their instrument."""
    since = {row["title"]: row["since"] for row in instruments().values()}
    return [f"{found.module}.{found.name} {fault}" for found in rules for fault in _rule_faults(found, since)]


def deadline_faults(deadlines: Iterable[Deadline], readings: Mapping[str, Any]) -> list[str]:
    """Deadlines without source, with a unit that their law does not count in, or that point nowhere."""
    table = {deadline.code: deadline for deadline in deadlines}
    return [f"{code} {fault}" for code, row in table.items() for fault in _deadline_faults(row, set(table), readings)]


def counts_working_days(law: str, days: int) -> bool | None:
    """Whether the instrument itself says that so many days are working days; None if it does not say."""
    rule = instruments()[law].get("days")
    if isinstance(rule, list):
        return days in rule
    if isinstance(rule, dict):
        return days <= rule["up-to"]
    return True if rule == "all" else None


def _literals(node: ast.AST, within: str) -> Iterator[Literal]:
    for child in ast.iter_child_nodes(node):
        value = child.value if isinstance(child, ast.Constant) else None
        if isinstance(value, int | float) and not isinstance(value, bool) and value not in HARMLESS:
            yield Literal(getattr(child, "lineno", 0), within, value)
        named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        yield from _literals(child, getattr(child, "name", "") if named else within)


def _rule_faults(found: Placed, since: Mapping[str, Any]) -> Iterator[str]:
    citation = found.rule.citation
    if citation.instrument not in since:
        yield f"cites {citation.instrument!r}, which is not among the instruments"
    elif found.rule.since < since[citation.instrument]:
        yield f"is in force before {citation.instrument}"
    if not citation.article.strip():
        yield "names no article"
    if not found.rule.text or not found.rule.cure:
        yield "does not say what the law says, or what would clear it"
    if not found.lists:
        yield "neither bars nor flags anything"


def _deadline_faults(row: Deadline, codes: set[str], readings: Mapping[str, Any]) -> Iterator[str]:
    if row.extends and row.extends not in codes:
        yield f"extends {row.extends}, which there is not"
    if row.reading and row.reading not in readings:
        yield f"is read as {row.reading}, which the register does not have"
    for length in row.lengths:
        if length.law not in instruments():
            yield f"cites {length.law}, which is not among the instruments"
            continue
        if length.evidence not in EVIDENCE or not length.article:
            yield "has no evidence tag or no article"
        if length.evidence == "V" and length.article == _UNREAD:
            yield "was read, in an article that was not found"
        if length.since < instruments()[length.law]["since"]:
            yield f"is in force before {length.law}"
        working = counts_working_days(length.law, length.value)
        if row.unit in ("working-day", "calendar-day") and working not in (None, row.unit == "working-day"):
            yield f"counts {length.value} {row.unit}, which {length.law} does not"
