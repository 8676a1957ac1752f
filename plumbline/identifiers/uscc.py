"""Unified social credit codes (统一社会信用代码, GB 32100-2015): 18 characters, the last one a check."""

from __future__ import annotations

from plumbline.identifiers.characters import compact, stranger
from plumbline.identifiers.checked import Checked, Finding
from plumbline.law.plain import plain

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
LENGTH = 18
_VALUE = {character: value for value, character in enumerate(ALPHABET)}

#: The organisation code inside (GB 11714): eight characters, then a check of its own.
_BODY, _BODY_WEIGHTS = slice(8, 16), (3, 7, 9, 10, 5, 8, 4, 2)
_BODY_CHECK = 16
#: First characters in use: the registering departments.
_DEPARTMENTS = "123456789AYN"

_LENGTH = Finding("USCC_LENGTH", f"统一社会信用代码应为{LENGTH}位", f"a credit code has {LENGTH} characters")
_CHECK = Finding("USCC_CHECK", "统一社会信用代码校验位不符", "the check character does not fit")
_INNER = Finding(
    "ORGANISATION_CODE_CHECK", "所含组织机构代码的校验位不符", "the inner organisation code does not check"
)
_DEPARTMENT = Finding("USCC_DEPARTMENT", "首位不是已知的登记管理部门代码", "the first character is no known department")


def check(text: str) -> Checked:
    """Whether it is a credit code; an inner organisation code that does not check is only odd: some were issued so."""
    code = normalise(text)
    fault = _fault(code)
    return Checked(code, fault, () if fault else _odd(code))


def normalise(text: str) -> str:
    """The code as it is kept: no blanks, capital letters, no full-width forms."""
    return compact(plain(text)).upper()


def problem(code: str) -> str | None:
    """Why this normalised text is no credit code, or None if it is one."""
    fault = _fault(code)
    return fault.zh if fault else None


def check_character(body: str) -> str:
    """The last character that belongs to the first seventeen."""
    total = sum(_VALUE[character] * pow(3, position, 31) for position, character in enumerate(body))
    return ALPHABET[-total % 31]


def organisation_check(body: str) -> str:
    """The check character that belongs to the eight characters of an organisation code."""
    total = sum(int(character, 36) * weight for character, weight in zip(body, _BODY_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def _fault(code: str) -> Finding | None:
    if len(code) != LENGTH:
        return _LENGTH
    if strange := stranger(code, ALPHABET):
        return Finding(strange.code, f"统一社会信用代码{strange.zh}", strange.en)
    return None if code[-1] == check_character(code[:-1]) else _CHECK


def _odd(code: str) -> tuple[Finding, ...]:
    inner = () if code[_BODY_CHECK] == organisation_check(code[_BODY]) else (_INNER,)
    return inner if code[0] in _DEPARTMENTS else (*inner, _DEPARTMENT)
