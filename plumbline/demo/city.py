"""An invented corner of 武安市: one bureau, its powers and its people. Nobody here exists."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from plumbline.identifiers.uscc import check_character

WUAN = "130481"
FIELD = "FOOD"
ITEM = "WA-SP-001"


def bureau(today: date, *, bases: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The application of the bureau, a month old."""
    code = "11130481MB9X0001" + "8"
    since = (today - timedelta(days=400)).isoformat()
    return {
        "name": "武安市食品安全监督管理局（演示）",
        "uscCode": code + check_character(code),
        "kind": "STATUTORY",
        "level": "COUNTY",
        "region": WUAN,
        "staffingDocument": {"documentNo": "武编〔2025〕1号", "issuedOn": since},
        "legalBases": bases if bases is not None else [statute(since)],
        "powerItems": [power(since)],
        "occurredOn": (today - timedelta(days=30)).isoformat(),
    }


def power(since: str) -> dict[str, Any]:
    """The one item of its power list."""
    return {
        "code": ITEM,
        "name": "对经营超过保质期的食品的处罚",
        "actionType": "PENALTY",
        "field": FIELD,
        "penaltyKinds": ["FINE", "CONFISCATE_GOODS"],
        "basisCodes": ["B1"],
        "region": WUAN,
        "validFrom": since,
    }


def statute(since: str) -> dict[str, Any]:
    """A law as the source of the power."""
    return {
        "code": "B1",
        "kind": "LAW",
        "title": "中华人民共和国食品安全法",
        "articles": "第一百二十四条",
        "effectiveFrom": since,
    }


def notice(since: str) -> dict[str, Any]:
    """A mere normative document, which creates no penalty."""
    return {"code": "B1", "kind": "NORM", "title": "关于加强食品安全工作的通知（演示）", "effectiveFrom": since}


def officer(subject_id: str, name: str, staffing: str, today: date) -> dict[str, Any]:
    """A person of the bureau."""
    return {
        "name": name,
        "subjectId": subject_id,
        "staffingKind": staffing,
        "inEnforcementPost": True,
        "position": "一级行政执法员",
        "occurredOn": (today - timedelta(days=20)).isoformat(),
    }


def certificate(number: str, today: date) -> dict[str, Any]:
    """A provincial certificate for three years."""
    return {
        "certificateNo": number,
        "issuer": "河北省人民政府",
        "categories": [FIELD],
        "region": WUAN,
        "occurredOn": (today - timedelta(days=10)).isoformat(),
        "validTo": (today + timedelta(days=1095)).isoformat(),
    }
