"""Every refusal and failure as problem+json (RFC 9457): one place, one shape."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson
from werkzeug import Response
from werkzeug.exceptions import HTTPException

from plumbline.mesh import city, traces
from plumbline.mesh.errors import CallFailed, Refused, TimedOut, Unavailable, UnknownService
from plumbline.mesh.rpc.client import MessageTooLarge

#: Codes every service may answer with, beside those of its contract.
COMMON = {"BAD_REQUEST": 400, "STATE_CONFLICT": 409}
TITLES = {
    400: "请求不符合要求",
    404: "没有找到",
    405: "不支持的方法",
    406: "无法提供所要求的格式",
    408: "请求超时",
    409: "与当前状态冲突",
    411: "缺少长度",
    413: "请求过大",
    414: "地址过长",
    415: "不支持的内容类型",
    422: "依法不予办理",
    431: "请求头过大",
    500: "内部错误",
    502: "所需的服务没有部署",
    503: "服务暂时不可用，未作任何处理",
    504: "没有及时得到答复，可能已经办理",
}
#: Seconds after which a caller may try again what was certainly not done.
RETRY_AFTER_S = 1


def problem(status: int, code: str, detail: str = "", **members: Any) -> Response:
    """A problem document; members that are empty are left out."""
    body = {
        "type": f"urn:plumbline:problem:{code.lower().replace('_', '-')}",
        "title": TITLES.get(status, TITLES[400 if status < 500 else 500]),
        "status": status,
        "detail": detail,
        "code": code,
        "traceId": traces.trace_id(),
        **members,
    }
    response = Response(
        orjson.dumps({name: value for name, value in body.items() if value not in (None, "", [], ())}),
        status=status,
        content_type="application/problem+json",
    )
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def bad_request(invalid: list[dict[str, str]], detail: str = "请求内容不符合要求") -> Response:
    """Input that cannot be accepted, with every field at once."""
    return problem(400, "BAD_REQUEST", detail, invalidParams=invalid)


def of(error: Exception) -> Response | None:
    """The problem an error stands for, or None for one nobody foresaw."""
    if isinstance(error, Refused):
        return _refused(error)
    if isinstance(error, CallFailed):
        return _failed(error)
    if isinstance(error, MessageTooLarge):
        return problem(413, "TOO_LARGE", "请求超过允许的大小")
    if isinstance(error, HTTPException):
        return _http(error)
    return None


@cache
def statuses() -> dict[str, int]:
    """The status of every code; a code means the same whichever service refuses with it, or hands it on."""
    contracts = (city.contract(party.service) for party in city.parties())
    return dict(COMMON) | {code: status for contract in contracts for code, status in contract.REFUSALS.items()}


def _refused(error: Refused) -> Response:
    basis = [
        {"law": b["law"], "article": b["article"], "text": b["text"], "code": b["code"], "cure": b["cure"]}
        for b in error.breaches
    ]
    return problem(statuses()[error.code], error.code, error.detail, legalBasis=basis, invalidParams=error.invalid)


def _failed(error: CallFailed) -> Response:
    if isinstance(error, UnknownService):
        return problem(502, "UNKNOWN_SERVICE", f"{error.service} 没有部署")
    if isinstance(error, Unavailable):
        return problem(503, "UNAVAILABLE", "没有作任何处理，可以稍后再试")
    if isinstance(error, TimedOut):
        return problem(504, "TIMED_OUT", "请先查询是否已经办理，再决定是否重新提交")
    return problem(500, "INTERNAL", "办理时发生内部错误，已撤回")


def _http(error: HTTPException) -> Response:
    """What the router or the reading of the request refused."""
    status = error.code or 500
    code = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "TOO_LARGE", 415: "CONTENT_TYPE"}.get(status)
    response = problem(status, code or ("BAD_REQUEST" if status < 500 else "INTERNAL"))
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers["Allow"] = value
    return response
