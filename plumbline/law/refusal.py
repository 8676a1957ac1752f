"""How a domain says no: a code for programs, the articles for people, what would make it pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plumbline.law.rule import Breach, in_words


@dataclass(frozen=True)
class InvalidParam:
    """One field of the request that cannot be accepted, and why."""

    name: str
    reason: str
    code: str


class Refusal(Exception):
    """Base of every refusal; subclasses are named for what was refused and carry its code."""

    code: str

    def __init__(self, detail: str = "", *, breaches: Iterable[Breach] = (), invalid: Iterable[InvalidParam] = ()):
        self.breaches = tuple(breaches)
        self.invalid = tuple(invalid)
        self.detail = detail or in_words(self.breaches) or "；".join(param.reason for param in self.invalid)
        super().__init__(self.detail)
