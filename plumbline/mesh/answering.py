"""From a request to a reply: runs the method, starts over once where that helps, and gives every failure its word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import ValidationError
from sqlalchemy.exc import DBAPIError

from plumbline.law.refusal import Refusal
from plumbline.mesh.errors import (
    CallFailed,
    DeadlinePassed,
    PoolExhausted,
    Refused,
    RemoteFault,
)
from plumbline.mesh.logs import get_logger
from plumbline.mesh.rpc import codec
from plumbline.mesh.storage.database import is_infrastructure
from plumbline.mesh.storage.work import another_came_first, commits

log = get_logger(__name__)

CONFLICT = {
    "code": "STATE_CONFLICT",
    "detail": "同时有另一操作修改了同一对象，请重新读取后再试",
    "breaches": [],
    "invalid": [],
}


def answer(service: str, method: str, run: Callable[[], Any]) -> tuple[dict, str]:
    """The reply to one call and the word for its outcome in metrics; raises nothing."""
    for last in (False, True):
        commits.set(0)
        try:
            return codec.answer(run()), "ok"
        except Exception as error:
            if not last and commits.get() == 0 and _helps_to_start_over(error):
                continue
            return _reply(service, method, error)
    raise AssertionError("unreachable")


def _helps_to_start_over(error: Exception) -> bool:
    """Another act came first, or the connection had died in the pool; nothing was committed."""
    return another_came_first(error) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def _reply(service: str, method: str, error: Exception) -> tuple[dict, str]:
    if isinstance(error, Refusal):
        return codec.refusal(refusal_to_wire(error)), "refused"
    if isinstance(error, Refused):
        return codec.refusal(error.to_wire()), "refused"
    if isinstance(error, ValidationError):
        return codec.refusal(bad_request(error)), "invalid"
    if isinstance(error, RemoteFault):
        return codec.failure("fault", f"it needs {error.service}, which failed"), "fault"
    if another_came_first(error) and commits.get() == 0:
        return codec.refusal(CONFLICT), "conflict"
    if isinstance(error, DeadlinePassed):
        return codec.failure("timed-out", "the deadline passed before the commit; rolled back"), "timed_out"
    if is_infrastructure(error):
        log.warning("rpc_not_possible", service=service, method=method, error=type(error).__name__)
        return _machinery(error)
    log.error("rpc_fault", service=service, method=method, error=type(error).__name__, exc_info=error)
    return codec.failure("fault", "内部错误"), "fault"


def _machinery(error: Exception) -> tuple[dict, str]:
    """Before the first commit nothing was done; from then on only the caller's retry can tell."""
    if commits.get():
        return codec.failure("timed-out", "the connection to the database was lost in the commit"), "timed_out"
    if isinstance(error, CallFailed):
        kind = next(word for word, failure in codec.FAILURES.items() if isinstance(error, failure))
        return codec.failure(kind, f"it needs {error.service}, which did not answer"), kind.replace("-", "_")
    detail = "all database connections are in use" if isinstance(error, PoolExhausted) else "the database is away"
    return codec.failure("unavailable", detail), "unavailable"


def refusal_to_wire(refusal: Refusal) -> dict[str, Any]:
    """A refusal as it travels: its code, its words, every breach with its article and its cure."""
    return {
        "code": refusal.code,
        "detail": refusal.detail,
        "breaches": [
            {
                "code": breach.code,
                "law": breach.citation.instrument,
                "article": breach.citation.article,
                "text": breach.text,
                "cure": breach.cure,
            }
            for breach in refusal.breaches
        ],
        "invalid": [{"name": p.name, "reason": p.reason, "code": p.code} for p in refusal.invalid],
    }


def bad_request(error: ValidationError) -> dict[str, Any]:
    """Every field that could not be read; the values themselves are not repeated."""
    invalid = [
        {"name": name, "reason": reason, "code": "INVALID"} for name, reason in _flatten(error.normalized_messages())
    ]
    return {"code": "BAD_REQUEST", "detail": "请求内容不符合要求", "breaches": [], "invalid": invalid}


def _flatten(messages: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(messages, dict):
        found = []
        for key, value in messages.items():
            found += _flatten(value, path if key == "_schema" else f"{path}.{key}" if path else str(key))
        return found
    return [(path, str(message)) for message in (messages if isinstance(messages, list) else [messages])]
