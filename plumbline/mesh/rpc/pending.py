"""Calls that are under way: each is waited for by one greenlet and ends at its deadline at the latest."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from eventlet.hubs import get_hub
from greenlet import getcurrent

from plumbline.mesh import metrics
from plumbline.mesh.broker.turns import NextTurn
from plumbline.mesh.errors import TimedOut
from plumbline.mesh.rpc import codec

if TYPE_CHECKING:
    from plumbline.mesh.rpc.client import Client

#: How a call ended, as a label of metrics, by the name of the error.
OUTCOMES = {
    "ok": "ok",
    "Refused": "refused",
    "TimedOut": "timed_out",
    "Unavailable": "unavailable",
    "UnknownService": "unknown_service",
}


#: What ends a call when no answer does; neither says that the other service is there.
SILENCE = codec.failure("timed-out", "no answer in time")
LOST = codec.failure("timed-out", "the connection was lost")


class Pending:
    """A call that is under way."""

    __slots__ = ("id", "service", "method", "deadline", "_client", "_reply", "_waiter", "_calls", "_began")

    def __init__(self, client: Client, call_id: str, service: str, method: str, deadline: float) -> None:
        self.id, self.service, self.method, self.deadline = call_id, service, method, deadline
        self._client = client
        self._reply: Any = None
        self._waiter: Any = None
        self._calls = metrics.rpc_client(client.service, service, method)
        self._began = self._calls.started()

    def settle(self, reply: Any) -> None:
        """Take the first reply; later ones are nobody's."""
        if self._reply is None:
            self._reply = reply if reply is not None else codec.failure("fault", "an empty reply")
            if self._waiter is not None:
                _resumed.add(self)

    @property
    def answered(self) -> bool | None:
        """Whether somebody answered in time; None when that cannot be known."""
        return None if self._reply is None or self._reply is LOST else self._reply is not SILENCE

    def result(self) -> Any:
        """Wait for the answer; raises Refused, TimedOut, Unavailable, UnknownService or RemoteFault."""
        kind = "ok"
        try:
            return codec.outcome(self.service, self._wait())
        except BaseException as error:
            kind = type(error).__name__
            raise
        finally:
            self._client.forget(self, kind)

    def ended(self, kind: str) -> None:
        """Count how it ended."""
        self._calls.ended(self._began, OUTCOMES.get(kind, "fault"))
        if kind == TimedOut.__name__:
            metrics.deadline_exceeded(self._client.service, self.service, self.method).inc()

    def expire(self) -> None:
        """The deadline has come; a call whose answer nobody fetched is forgotten."""
        self.settle(SILENCE)
        if self._waiter is None:
            self._client.forget(self, codec.kind(self.service, self._reply))

    def resume(self) -> None:
        """Let the greenlet that waits go on, if it still waits."""
        if self._waiter is not None:
            self._waiter.switch()

    def _wait(self) -> Any:
        while self._reply is None:
            self._waiter = getcurrent()
            try:
                get_hub().switch()
            finally:
                self._waiter = None
        return self._reply


_resumed = NextTurn(Pending.resume)


class Deadlines:
    """Ends calls at their deadlines, with one timer that is set to the nearest."""

    def __init__(self, pending: dict[str, Pending]) -> None:
        self._pending = pending
        self._nearest = math.inf
        self._timer: Any = None

    def note(self, deadline: float) -> None:
        """A call with this deadline has begun."""
        if deadline < self._nearest:
            self._set(deadline)

    def _set(self, deadline: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._nearest = deadline
        self._timer = get_hub().schedule_call_global(max(deadline - time.time(), 0.0), self._pass)

    def _pass(self) -> None:
        self._timer, self._nearest, now = None, math.inf, time.time()
        for pending in list(self._pending.values()):
            if pending.deadline <= now:
                pending.expire()
        if self._pending:
            later = [pending.deadline for pending in self._pending.values() if pending.deadline > now]
            if later:
                self._set(min(later))
