"""How a call, a unit of work or a message can fail, as types that callers can tell apart."""

from __future__ import annotations

from typing import Any


class MeshError(Exception):
    """Base of what the machinery raises."""


class CallFailed(MeshError):
    """A call brought no answer; the subclass says what is known about it."""

    def __init__(self, service: str, detail: str = "") -> None:
        super().__init__(f"{service}: {detail}" if detail else service)
        self.service, self.detail = service, detail


class UnknownService(CallFailed):
    """The message was returned: no service of that name has ever been set up."""


class Unavailable(CallFailed):
    """Certainly not sent, or refused unread: nothing was done, and it may be tried again."""


class TimedOut(CallFailed):
    """No answer in time: the act may have been done or not."""


#: How a call ends when nobody is to blame for what was asked.
NOT_ANSWERED = (UnknownService, Unavailable, TimedOut)


class RemoteFault(CallFailed):
    """The other service failed while it answered, and rolled back; its log has the reason."""


class Refused(MeshError):
    """The other service refused, with its code and every breach."""

    def __init__(self, service: str, refusal: dict[str, Any]) -> None:
        self.service = service
        self.code: str = refusal["code"]
        self.detail: str = refusal.get("detail", "")
        self.breaches: list[dict] = refusal.get("breaches", [])
        self.invalid: list[dict] = refusal.get("invalid", [])
        super().__init__(f"{service}: {self.code}")

    def to_wire(self) -> dict[str, Any]:
        """The refusal as it came, to be handed on."""
        return {"code": self.code, "detail": self.detail, "breaches": self.breaches, "invalid": self.invalid}


class DeadlinePassed(MeshError):
    """Nobody waits for this act any more; it was rolled back."""


class CallInsideWork(MeshError):
    """A call to another service was made while a transaction was open (an act reads, asks, then decides)."""


class WorkInsideWork(MeshError):
    """A unit of work was begun inside another: the inner one would wait for the outer one for ever."""


class ReadOnlyWork(MeshError):
    """A unit of work that was opened for reading was to be committed."""


class UnsaidChange(MeshError):
    """An aggregate changed without saying an event, so that nobody could ever hear of it."""


class StaleVersion(MeshError):
    """Another act changed the aggregate first."""


class SchemaBehind(MeshError):
    """The database has not had all migrations this code needs."""


class PoolExhausted(MeshError):
    """No database connection became free in time."""
