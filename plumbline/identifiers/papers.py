"""Papers of persons other than the citizen ID (其他证件): passports, travel permits, residence and officers' papers."""

from __future__ import annotations

import re
from enum import StrEnum

from plumbline.identifiers.characters import compact
from plumbline.identifiers.checked import Checked, Finding
from plumbline.law.plain import plain


class Paper(StrEnum):
    """What kind of paper the number is on."""

    PASSPORT = "PASSPORT"  # 护照
    HONG_KONG_MACAO_TRAVEL = "HONG_KONG_MACAO_TRAVEL"  # 往来港澳通行证
    HOME_RETURN = "HOME_RETURN"  # 港澳居民来往内地通行证
    TAIWAN_TRAVEL = "TAIWAN_TRAVEL"  # 台湾居民来往大陆通行证
    PERMANENT_RESIDENCE = "PERMANENT_RESIDENCE"  # 外国人永久居留身份证
    OFFICER = "OFFICER"  # 军官证、士兵证等


_FORMS = {
    Paper.PASSPORT: r"E[0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|G[0-9]{8}|[DSP]E?[0-9]{7,8}",
    Paper.HONG_KONG_MACAO_TRAVEL: r"[CW][0-9]{8}|C[A-Z][0-9]{7}",
    Paper.HOME_RETURN: r"[HM][0-9]{8}(?:[0-9]{2})?",
    Paper.TAIWAN_TRAVEL: r"[0-9]{8}(?:[0-9]{2})?",
    Paper.PERMANENT_RESIDENCE: r"[A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X]",
    Paper.OFFICER: r"[军兵士文职]字?第?[0-9]{6,8}号?",
}


def check(paper: Paper, text: str) -> Checked:
    """Whether the number has the form that this paper's numbers have; there is no check digit to rely on."""
    number = compact(plain(text)).upper()
    if re.fullmatch(_FORMS[paper], number):
        return Checked(number, kind=paper)
    return Checked(number, Finding("PAPER_INVALID", "号码与证件种类不符", f"not a number of {paper.value}"), kind=paper)
