"""Forms as a client would send them."""

from __future__ import annotations

from typing import Any

USCC = "11130400000481238A"


def a_registration(**changes: Any) -> dict[str, Any]:
    """A market bureau of a county-level city with one penalty item."""
    form = {
        "name": "武安市市场监督管理局",
        "uscCode": USCC,
        "kind": "STATUTORY",
        "level": "COUNTY",
        "region": "130481",
        "staffingDocument": {"documentNo": "武编〔2019〕5号", "issuedOn": "2019-03-01"},
        "legalBases": [
            {"code": "food-law", "kind": "LAW", "title": "食品安全法", "effectiveFrom": "2015-10-01"},
        ],
        "powerItems": [a_power_item()],
        "occurredOn": "2026-03-02",
    }
    return {**form, **changes}


def a_power_item(**changes: Any) -> dict[str, Any]:
    item = {
        "code": "CF-001",
        "name": "对未取得许可从事食品经营的处罚",
        "actionType": "PENALTY",
        "field": "FOOD",
        "penaltyKinds": ["FINE", "CONFISCATE_GAINS"],
        "basisCodes": ["food-law"],
        "region": "130481",
        "validFrom": "2020-01-01",
    }
    return {**item, **changes}


def a_confirmation(subject_id: str, **changes: Any) -> dict[str, Any]:
    opinion = {"documentNo": "武编函〔2026〕1号", "issuedOn": "2026-03-01", "agrees": True}
    return {"subjectId": subject_id, "occurredOn": "2026-03-02", "staffingOpinion": opinion, **changes}


def a_suspension(subject_id: str, **changes: Any) -> dict[str, Any]:
    reason = {"ground": "整改", "legalGround": "行政执法监督条例"}
    return {"subjectId": subject_id, "occurredOn": "2026-03-02", **reason, **changes}


def a_revocation(subject_id: str, **changes: Any) -> dict[str, Any]:
    reason = {"reason": "机构撤销", "legalGround": "武政〔2026〕1号"}
    return {"subjectId": subject_id, "occurredOn": "2026-03-02", **reason, **changes}


def a_question(subject_id: str, on: str = "2026-03-02", **changes: Any) -> dict[str, Any]:
    asked = {"subjectId": subject_id, "on": on, "region": "130481101", "actionType": "PENALTY", "field": "FOOD"}
    return {**asked, **changes}


def an_officer(subject_id: str, **changes: Any) -> dict[str, Any]:
    form = {
        "name": "甲某",
        "subjectId": subject_id,
        "staffingKind": "ADMINISTRATIVE",
        "inEnforcementPost": True,
        "position": "执法队员",
        "occurredOn": "2026-03-02",
    }
    return {**form, **changes}


def an_exam(officer_id: str, kind: str, **changes: Any) -> dict[str, Any]:
    return {"officerId": officer_id, "kind": kind, "score": 88.5, "occurredOn": "2026-03-02", **changes}


def a_certificate(officer_id: str, **changes: Any) -> dict[str, Any]:
    form = {
        "officerId": officer_id,
        "certificateNo": "HB-0400-00017",
        "issuer": "河北省人民政府",
        "categories": ["FOOD"],
        "region": "130481",
        "occurredOn": "2026-03-02",
        "validTo": "2029-03-01",
    }
    return {**form, **changes}


def an_officer_question(officer_id: str, on: str = "2026-03-02", **changes: Any) -> dict[str, Any]:
    return {"officerId": officer_id, "on": on, "category": "FOOD", "region": "130481101", **changes}
