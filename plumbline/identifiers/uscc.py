"""Unified social credit codes (统一社会信用代码, GB 32100-2015): 18 characters, the last one a check."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
LENGTH = 18
_VALUE = {character: value for value, character in enumerate(ALPHABET)}


def normalise(text: str) -> str:
    """The code as it is kept: no surrounding blanks, capital letters."""
    return text.strip().upper()


def problem(code: str) -> str | None:
    """Why this normalised text is no credit code, or None if it is one."""
    if len(code) != LENGTH:
        return f"统一社会信用代码应为{LENGTH}位"
    if any(character not in _VALUE for character in code):
        return "统一社会信用代码含有不允许的字符"
    if code[-1] != check_character(code[:-1]):
        return "统一社会信用代码校验位不符"
    return None


def check_character(body: str) -> str:
    """The last character that belongs to the first seventeen."""
    total = sum(_VALUE[character] * pow(3, position, 31) for position, character in enumerate(body))
    return ALPHABET[-total % 31]
