"""Vehicle plates (号牌号码): ordinary ones of seven characters, those of new-energy vehicles of eight."""

from __future__ import annotations

import re

from plumbline.identifiers.characters import compact
from plumbline.identifiers.checked import Checked, Finding
from plumbline.law.plain import plain

ORDINARY, NEW_ENERGY = "ORDINARY", "NEW_ENERGY"

_PLACE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z]"
_ORDINARY = re.compile(f"{_PLACE}[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳]")
_NEW_ENERGY = re.compile(f"{_PLACE}(?:[A-HJK][A-HJ-NP-Z0-9][0-9]{{4}}|[0-9]{{5}}[A-HJK])")
_SEPARATORS = str.maketrans("", "", "·•・-")

_PROBLEM = Finding("PLATE_INVALID", "不是车辆号牌", "not a vehicle plate")


def check(text: str) -> Checked:
    """The plate without dots and blanks, in capitals."""
    number = compact(plain(text)).upper().translate(_SEPARATORS)
    if _NEW_ENERGY.fullmatch(number):
        return Checked(number, kind=NEW_ENERGY)
    return Checked(number, kind=ORDINARY) if _ORDINARY.fullmatch(number) else Checked(number, _PROBLEM)
