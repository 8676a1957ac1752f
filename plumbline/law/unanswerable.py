"""A question to the law kit that has no answer: a stable code, and the reason in both languages."""

from __future__ import annotations

from plumbline.law.refusal import Refusal


class Unanswerable(Refusal):
    """Base of the kit's own refusals; `detail` is Chinese, `english` is the same in English."""

    def __init__(self, detail: str, english: str):
        super().__init__(detail)
        self.english = english

    def said(self, language: str) -> str:
        """The reason in `zh` or `en`."""
        return self.english if language == "en" else self.detail
