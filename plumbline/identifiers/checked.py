"""What is found when an identifier is checked: its normal form, why it is none, what is odd about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing found, with a stable code and the words for people."""

    code: str
    zh: str
    en: str

    def said(self, language: str) -> str:
        """In `zh` or `en`."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True)
class Checked:
    """The outcome: refused if there is a problem; warnings never refuse."""

    normal: str
    problem: Finding | None = None
    warnings: tuple[Finding, ...] = ()
    kind: str = ""

    @property
    def valid(self) -> bool:
        """Whether it may be used."""
        return self.problem is None
