"""How requests and replies look on the wire."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Any

import orjson

from plumbline.mesh import traces
from plumbline.mesh.context import Context
from plumbline.mesh.errors import Refused, RemoteFault, TimedOut, Unavailable, UnknownService

#: Replies other than a value or a refusal, and what the caller makes of them.
FAILURES = {"unavailable": Unavailable, "timed-out": TimedOut, "fault": RemoteFault, "unknown-service": UnknownService}

#: No caller waits longer; a farther deadline is another machine's wrong clock, or malice.
FARTHEST_DEADLINE_S = 120.0


class Malformed(ValueError):
    """A message that is no request of ours."""


@dataclass(slots=True)
class Request:
    """A call as it arrived, checked."""

    call_id: str
    reply_to: str
    method: str
    context: Context
    payload: dict
    redelivered: bool


def queue_name(service: str) -> str:
    """The queue where a service hears its calls."""
    return f"rpc-{service}"


def request_headers(method: str, context: Context, deadline: float, traceparent: str | None) -> dict[str, str]:
    """Headers of a request: what can be judged without reading the body."""
    headers = context.to_wire()
    headers["method"], headers["deadline"] = method, f"{deadline:.6f}"
    if traceparent is not None:
        headers["traceparent"] = traceparent
    return headers


def read_request(message: Any, limit: int) -> Request:
    """Check a delivered message of at most `limit` bytes; raises Malformed and never anything else."""
    try:
        properties, headers = message.properties, message.headers
        if len(message.body) > limit:
            raise Malformed(f"{len(message.body)} bytes")
        if properties.get("content_type") != "application/json":
            raise Malformed("not JSON")
        payload = orjson.loads(message.body)
        if not isinstance(payload, dict) or not isinstance(headers["method"], str):
            raise Malformed("no request object, or no method")
        return Request(
            call_id=str(properties["correlation_id"]),
            reply_to=str(properties["reply_to"]),
            method=headers["method"],
            context=_context(headers),
            payload=payload,
            redelivered=bool((message.delivery_info or {}).get("redelivered")),
        )
    except Malformed:
        raise
    except Exception as error:
        raise Malformed(type(error).__name__) from error


def _context(headers: dict[str, Any]) -> Context:
    """The context in the headers; what claims to be a trace and is none is dropped."""
    deadline = min(float(headers["deadline"]), time.time() + FARTHEST_DEADLINE_S)
    if not math.isfinite(deadline):
        raise Malformed("no deadline")
    context = Context.from_wire(headers, deadline)
    if context.traceparent is not None and traces.accepted(context.traceparent) != context.traceparent:
        return replace(context, traceparent=None)
    return context


def answer(value: Any) -> dict:
    """The reply that carries a value."""
    return {"ok": value}


def refusal(wire: dict) -> dict:
    """The reply that carries a refusal."""
    return {"refused": wire}


def failure(kind: str, detail: str = "") -> dict:
    """The reply that says why there is no answer; `kind` is a key of FAILURES."""
    return {"failed": kind, "detail": detail}


def outcome(service: str, reply: Any) -> Any:
    """The value of a reply, or the error it stands for."""
    if not isinstance(reply, dict):
        raise RemoteFault(service, "a reply that is none")
    if "ok" in reply:
        return reply["ok"]
    if isinstance(reply.get("refused"), dict) and "code" in reply["refused"]:
        raise Refused(service, reply["refused"])
    raise FAILURES.get(reply.get("failed", ""), RemoteFault)(service, str(reply.get("detail", "")))


def kind(service: str, reply: Any) -> str:
    """The name of the error that a reply stands for, or "ok"."""
    try:
        outcome(service, reply)
    except Exception as error:
        return type(error).__name__
    return "ok"
