"""The second wall behind "never log a person": hides digits that look like a person's numbers, and bound values."""

from __future__ import annotations

import re
from typing import Any

MASK = "***"
#: Nothing shorter can be one of them; most texts end here.
_CANDIDATE = re.compile(r"\d[\d -]{9}")
_PERSONAL = re.compile(
    r"""
    (?<!\d)\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)  # resident ID, even glued
    | (?<![0-9A-Za-z])(?:
        \d{17}[Xx]                                    # resident ID with a wrong date
        | \d{15,19}                                   # older ID, any other ID, bank card
        | \d{4}(?:[ -]\d{4}){3}(?:[ -]?\d{1,3})?      # bank card in groups
        | (?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4} # mobile phone
    )(?![0-9A-Za-z])
    """,
    re.VERBOSE,
)
_BOUND = re.compile(
    r"^(\[parameters: |DETAIL: ).*?(?=\n(?:HINT|CONTEXT|LINE|\[SQL|\(Background|\n)|\Z)", re.DOTALL | re.MULTILINE
)


def masked(value: Any) -> Any:
    """`value` with every digit run that looks like a person's number replaced."""
    kind = type(value)
    if kind is str:
        return value if len(value) < 10 or not _CANDIDATE.search(value) else _PERSONAL.sub(MASK, value)
    if kind is bool or kind is float or value is None:
        return value
    if kind is int:
        return value if -(10**10) < value < 10**10 or not _PERSONAL.search(str(value)) else MASK
    if isinstance(value, dict):
        return {masked(str(key)): masked(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(inner) for inner in value]
    return masked(str(value))


def without_values(text: str) -> str:
    """The text of an exception without the values that a database driver quotes in it."""
    return _BOUND.sub(r"\1" + MASK, text) if "[parameters: " in text or "DETAIL: " in text else text
