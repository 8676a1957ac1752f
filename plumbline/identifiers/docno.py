"""Document numbers (文书号): agency and type, the year in 〔〕, a running number, as in 武市监罚决〔2026〕15号."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from plumbline.identifiers.characters import compact
from plumbline.identifiers.checked import Checked, Finding
from plumbline.law.plain import plain
from plumbline.law.tables import read

CANONICAL = re.compile(r"[\u4e00-\u9fa5]{2,12}〔20[0-9]{2}〕[1-9][0-9]{0,4}号")
_BRACKETS = ("〔〕", "[]", "()", "【】", "{}")  # full-width ones have become plain by then
_YEAR = "|".join(f"{re.escape(pair[0])}20[0-9]{{2}}{re.escape(pair[1])}" for pair in _BRACKETS)
_IMPORTED = re.compile(rf"(?P<prefix>[\u4e00-\u9fa5]{{2,12}})(?P<year>{_YEAR})第?(?P<sequence>[0-9]{{1,9}})号")
_LARGEST = 99_999

_SHAPE = Finding(
    "DOCNO_SHAPE",
    "文书号应为：机关代字和类型、〔四位年份〕、顺序号、“号”，例如武市监罚决〔2026〕15号",
    "a document number is agency and type, the year in 〔〕, a number and 号, as in 武市监罚决〔2026〕15号",
)
_SEQUENCE = Finding("DOCNO_SEQUENCE", "顺序号应在1至99999之间", "the running number lies between 1 and 99999")


@dataclass(frozen=True)
class DocumentNumber:
    """The parts of a document number."""

    prefix: str
    year: int
    sequence: int

    def __str__(self) -> str:
        return f"{self.prefix}〔{self.year}〕{self.sequence}号"

    @property
    def type(self) -> str:
        """The type word (文种) that the prefix ends with, or nothing if it ends with none we know."""
        return next((word for word in _type_words() if self.prefix.endswith(word) and self.prefix != word), "")

    @property
    def agency(self) -> str:
        """The agency's own word (机关代字), the prefix without the type."""
        return self.prefix.removesuffix(self.type)


def parse(text: str) -> DocumentNumber | None:
    """The number, however its brackets, blanks and zeros were written, or None."""
    found = _IMPORTED.fullmatch(compact(plain(text)))
    if not found or not 1 <= int(found["sequence"]) <= _LARGEST:
        return None
    return DocumentNumber(found["prefix"], int(found["year"][1:-1]), int(found["sequence"]))


def check(text: str) -> Checked:
    """Whether it is a document number; `normal` is the only form in which we write it."""
    if number := parse(text):
        return Checked(str(number))
    written = compact(plain(text))
    return Checked(written, _SEQUENCE if _IMPORTED.fullmatch(written) else _SHAPE)


def types() -> dict[str, str]:
    """The type words by code; which ones a body uses is a setting."""
    return _table()


@cache
def _table() -> dict[str, str]:
    return read("document_types.yaml", Path(__file__).parent)["types"]


@cache
def _type_words() -> tuple[str, ...]:
    return tuple(sorted(_table().values(), key=len, reverse=True))
