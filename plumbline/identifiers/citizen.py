"""Citizen ID numbers (公民身份号码, GB 11643-1999): 18 characters; county codes may be abolished and never refuse."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from plumbline.identifiers.characters import compact, stranger
from plumbline.identifiers.checked import Checked, Finding
from plumbline.law.plain import plain
from plumbline.law.tables import read

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
PROVINCES = frozenset(
    str(code)
    for region in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
    for code in region
) | {"71", "81", "82", "83"}
FIRST_BIRTH = date(1900, 1, 1)
LENGTH, OLD_LENGTH = 18, 15
_CENTURY_OF_OLD_NUMBERS = "19"
_OUR_PROVINCE = "13"

_LENGTH = Finding("ID_LENGTH", "身份证号应为18位", "an ID number has 18 characters")
_SHAPE = Finding("ID_SHAPE", "身份证号应为17位数字加1位数字或者X", "an ID number is 17 digits and a digit or X")
_PROVINCE = Finding("ID_PROVINCE", "身份证号前两位不是省级代码", "the first two digits are no province")
_NO_DATE = Finding("ID_DATE", "出生日期不存在", "there is no such date of birth")
_TOO_EARLY = Finding("ID_DATE", "出生日期早于1900年", "the date of birth lies before 1900")
_FUTURE = Finding("ID_DATE_FUTURE", "出生日期晚于今天", "the date of birth lies in the future")
_CHECK = Finding("ID_CHECK", "校验位不符", "the check character does not fit")
_OLD = Finding(
    "ID_OLD",
    "15位旧号码不能作为现行身份证号，换算结果仅供核对",
    "a 15-digit number is no current ID number; the converted one is for comparison only",
)


@dataclass(frozen=True)
class Citizen:
    """What a valid number says about its holder."""

    birth: date
    male: bool
    region: str


def check(text: str, *, today: date) -> Checked:
    """Whether it is a citizen ID number on that day; a 15-digit one is refused and its 18-digit form given."""
    number = compact(plain(text)).upper()
    if fault := stranger(number, "0123456789X"):
        return Checked(number, fault)
    if re.fullmatch(r"[1-9]\d{14}", number, re.ASCII):
        converted = from_old(number)
        return Checked(converted, _problem(converted, today) or _OLD)
    fault = _problem(number, today)
    return Checked(number, fault, () if fault else _odd_region(number[:6]))


def from_old(number: str) -> str:
    """The 18-digit form of a 15-digit number."""
    body = number[:6] + _CENTURY_OF_OLD_NUMBERS + number[6:]
    return body + check_character(body)


def check_character(body: str) -> str:
    """The last character that belongs to the first seventeen."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def citizen(number: str) -> Citizen:
    """Birth, sex and region in a valid normalised number."""
    return Citizen(_birth(number), bool(int(number[16]) % 2), number[:6])


def _problem(number: str, today: date) -> Finding | None:
    if len(number) != LENGTH:
        return _LENGTH
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", number, re.ASCII):
        return _SHAPE
    if number[:2] not in PROVINCES:
        return _PROVINCE
    return _birth_problem(number, today) or (None if number[-1] == check_character(number[:-1]) else _CHECK)


def _birth_problem(number: str, today: date) -> Finding | None:
    try:
        birth = _birth(number)
    except ValueError:
        return _NO_DATE
    if birth > today:
        return _FUTURE
    return _TOO_EARLY if birth < FIRST_BIRTH else None


def _birth(number: str) -> date:
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def _odd_region(code: str) -> tuple[Finding, ...]:
    """What is worth a second look about the place; only our own province's codes are known."""
    if not code.startswith(_OUR_PROVINCE) or code in _regions()["current"]:
        return ()
    if former := _regions()["abolished"].get(code):
        name = former["name"]
        return (Finding("REGION_ABOLISHED", f"地区代码{code}（{name}）已撤销", f"the area code {code} was abolished"),)
    return (Finding("REGION_UNKNOWN", f"地区代码{code}不在代码表内", f"the area code {code} is not in the table"),)


@cache
def _regions() -> dict[str, Any]:
    return read("id_regions.yaml", Path(__file__).parent)
