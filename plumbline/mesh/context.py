"""What one act carries with it everywhere: who asks, for whom, until when, at which legal instant."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import eventlet


@dataclass(frozen=True)
class Context:
    """The circumstances of one act; travels with calls and, without its deadline, with events.

    ``legal_now`` is the legal instant (aware), stamped once at entry; ``deadline`` is in seconds of the
    system's UTC epoch, or None where nobody waits (event handlers, due work, jobs).
    """

    request_id: str
    traceparent: str | None = None
    client: str | None = None
    agency: str | None = None
    officer: str | None = None
    purpose: str | None = None
    legal_now: datetime | None = None
    deadline: float | None = None

    def nearer(self, deadline: float) -> float:
        """The nearer of this deadline and the act's: a deadline only ever shrinks."""
        return deadline if self.deadline is None else min(deadline, self.deadline)

    def to_wire(self) -> dict[str, str]:
        """The form that travels in message headers: only what is known, and never the deadline."""
        wire = {_WIRE[name]: value for name in _TEXTS if (value := getattr(self, name)) is not None}
        if self.legal_now is not None:
            wire["legal-now"] = self.legal_now.isoformat()
        return wire

    @classmethod
    def from_wire(cls, wire: dict[str, Any], deadline: float | None = None) -> Context:
        """Read the form of ``to_wire``; raises ValueError where it is not one."""
        if not isinstance(wire, dict):
            raise ValueError("a context is a table")
        texts: dict[str, Any] = {name: wire.get(_WIRE[name]) for name in _TEXTS}
        if any(not isinstance(value, str) for value in texts.values() if value is not None):
            raise ValueError("a context holds texts only")
        legal_now = datetime.fromisoformat(wire["legal-now"]) if "legal-now" in wire else None
        if legal_now is not None and legal_now.tzinfo is None:
            raise ValueError("a legal instant has an offset")
        texts["request_id"] = texts["request_id"] or new_request_id()
        return cls(**texts, legal_now=legal_now, deadline=deadline)


_TEXTS = tuple(field.name for field in fields(Context) if field.name not in ("legal_now", "deadline"))
_WIRE = {name: name.replace("_", "-") for name in _TEXTS}
_current: ContextVar[Context | None] = ContextVar("plumbline_context", default=None)


def new_request_id() -> str:
    """An identifier for an act that came without one."""
    return uuid.uuid4().hex


def current() -> Context | None:
    """The context of the running greenlet."""
    return _current.get()


def remaining() -> float | None:
    """Seconds left until the act's deadline (negative when past), or None where there is none."""
    context = _current.get()
    return None if context is None or context.deadline is None else context.deadline - time.time()


@contextmanager
def use(context: Context | None) -> Iterator[None]:
    """Run the block under `context`."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)


def spawn(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """``eventlet.spawn`` that takes the context along (a bare spawn starts with none)."""
    return eventlet.spawn(copy_context().run, function, *args, **kwargs)
