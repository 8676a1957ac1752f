"""What a process counts and measures, with the series looked up once and not on every call."""

from __future__ import annotations

import time
from functools import cache

from prometheus_client import Counter, Gauge

from plumbline.mesh.metrics_registry import LAGS, REGISTRY, Age, counter, gauge, histogram, pieces, render

__all__ = ["REGISTRY", "pieces", "render"]


class Calls:
    """Calls of one kind to one method: how many are under way, how they ended and how long they took.

    `labels` are those of the family without `outcome`. An outcome is a word of a short, fixed list:
    ok, refused, invalid, unavailable, timed_out, fault …; never a text from outside.
    """

    __slots__ = ("under_way", "_count", "_observe", "_outcomes", "_labels")

    def __init__(self, family: Family, labels: tuple[str, ...]) -> None:
        self.under_way = 0
        self._count, self._labels = family.count, labels
        self._observe = family.duration.labels(*labels).observe
        family.under_way.labels(*labels).set_function(lambda: self.under_way)
        self._outcomes = {"ok": family.count.labels(*labels, "ok").inc}

    def started(self) -> float:
        """One more; returns what `ended` wants to know."""
        self.under_way += 1
        return time.perf_counter()

    def ended(self, started: float, outcome: str = "ok") -> None:
        """One less, with how it ended."""
        self.under_way -= 1
        self._observe(time.perf_counter() - started)
        count = self._outcomes.get(outcome)
        if count is None:
            count = self._outcomes[outcome] = self._count.labels(*self._labels, outcome).inc
        count()


class Family:
    """The three metrics that every kind of call has."""

    def __init__(self, kind: str, what: str, *labels: str) -> None:
        self.count = counter(f"{kind}_requests_total", f"{what}, by how they ended.", *labels, "outcome")
        self.duration = histogram(f"{kind}_duration_seconds", f"{what}: how long they took.", *labels)
        self.under_way = gauge(f"{kind}_in_flight", f"{what} that are under way.", *labels)


_RPC_SERVER = Family("rpc_server", "Calls a service answered", "service", "method")
_RPC_CLIENT = Family("rpc_client", "Calls a service made to another", "service", "target", "method")
_HTTP_SERVER = Family("http_server", "HTTP requests", "service", "route")
_DEADLINES = counter(
    "rpc_client_deadline_exceeded_total", "Calls that had no answer in time.", "service", "target", "method"
)
_EXPIRED = counter("rpc_server_expired_total", "Requests refused unread, their deadline being past.", "service")


@cache
def rpc_server(service: str, method: str) -> Calls:
    """Calls that `service` answers."""
    return Calls(_RPC_SERVER, (service, method))


@cache
def rpc_client(service: str, target: str, method: str) -> Calls:
    """Calls that `service` makes to `target`."""
    return Calls(_RPC_CLIENT, (service, target, method))


@cache
def http_server(service: str, route: str) -> Calls:
    """HTTP requests to one route (its template, never the path that was asked for)."""
    return Calls(_HTTP_SERVER, (service, route))


@cache
def deadline_exceeded(service: str, target: str, method: str) -> Counter:
    """Calls that had no answer in time."""
    return _DEADLINES.labels(service, target, method)


@cache
def expired(service: str) -> Counter:
    """Requests that `service` refused unread."""
    return _EXPIRED.labels(service)


_UNSENT = gauge("outbox_unsent_rows", "Events that are saved and not yet published.", "service")
_OLDEST_UNSENT = gauge("outbox_oldest_unsent_age_seconds", "Age of the oldest of them.", "service")
_HELD = gauge("outbox_held_aggregates", "Aggregates whose next event cannot be published.", "service")
_PUBLISHED = counter("outbox_published_total", "Events the broker has confirmed.", "service")
_RETURNED = counter("outbox_returned_total", "Events the broker gave back or could not take.", "service")


class Outbox:
    """The outbox of one service. `oldest.since` is when its oldest unsent event was saved (epoch seconds)."""

    def __init__(self, service: str) -> None:
        self.unsent, self.held = _UNSENT.labels(service), _HELD.labels(service)
        self.published, self.returned = _PUBLISHED.labels(service), _RETURNED.labels(service)
        self.oldest = Age(_OLDEST_UNSENT.labels(service))


_STORED = counter("inbox_stored_total", "Events received and saved.", "service", "source")
_APPLIED = counter("inbox_applied_total", "Events whose effect is committed.", "service", "source")
_DUPLICATES = counter("inbox_duplicates_total", "Events received again and ignored.", "service", "source")
_FAILED = counter("inbox_failures_total", "Attempts to apply an event that failed.", "service", "source")
_REJECTED = counter("inbox_rejected_total", "Messages that are no event and went to the dead letters.", "service")
_BACKLOG = gauge("inbox_backlog_rows", "Events saved and not yet applied, by state.", "service", "state")
_OLDEST_HEARD = gauge("inbox_oldest_unapplied_age_seconds", "Age of the oldest event not yet applied.", "service")
_LAG = histogram(
    "inbox_lag_seconds", "From the recording of an event to its effect here.", "service", "source", buckets=LAGS
)


class Heard:
    """The events that `service` hears from `source`."""

    def __init__(self, service: str, source: str) -> None:
        self.stored, self.applied = _STORED.labels(service, source), _APPLIED.labels(service, source)
        self.duplicates, self.failed = _DUPLICATES.labels(service, source), _FAILED.labels(service, source)
        self.lag = _LAG.labels(service, source)


class Inbox:
    """The inbox of one service. `oldest.since` is when its oldest unapplied event was received (epoch seconds)."""

    def __init__(self, service: str) -> None:
        self.new, self.waiting, self.parked = (_BACKLOG.labels(service, s) for s in ("new", "waiting", "parked"))
        self.rejected = _REJECTED.labels(service)
        self.oldest = Age(_OLDEST_HEARD.labels(service))


_OVERDUE = gauge("due_work_overdue_rows", "Work that has fallen due and is not done.", "service")
_DUE_DONE = counter("due_work_done_total", "Work that was done when it fell due.", "service", "kind")
_DUE_FAILED = counter("due_work_failures_total", "Attempts at due work that failed.", "service", "kind")
_JOBS = gauge("jobs", "Jobs by state.", "service", "state")


class Due:
    """One kind of due work of one service."""

    def __init__(self, service: str, kind: str) -> None:
        self.done, self.failed = _DUE_DONE.labels(service, kind), _DUE_FAILED.labels(service, kind)


_POOL_SIZE = gauge("database_pool_size", "Connections a pool may have.", "service", "pool")
_POOL_USED = gauge("database_pool_in_use", "Connections of a pool that are in use.", "service", "pool")
_POOL_WAITS = counter("database_pool_waits_total", "Times a connection had to be waited for.", "service", "pool")
_POOL_TIMEOUTS = counter("database_pool_timeouts_total", "Times none became free in time.", "service", "pool")


class Pool:
    """One connection pool of one service."""

    def __init__(self, service: str, pool: str) -> None:
        labels = (service, pool)
        self.size, self.in_use = _POOL_SIZE.labels(*labels), _POOL_USED.labels(*labels)
        self.waits, self.timeouts = _POOL_WAITS.labels(*labels), _POOL_TIMEOUTS.labels(*labels)


_CONNECTED = gauge("broker_connected", "1 while the link to the broker stands.", "service", "link")
_BLOCKED = gauge("broker_blocked", "1 while the broker takes no messages.", "service", "link")
_RECONNECTS = counter("broker_reconnects_total", "Times the link had to be made again.", "service", "link")


class Link:
    """One link of one service to the broker."""

    def __init__(self, service: str, link: str) -> None:
        self.connected, self.blocked = _CONNECTED.labels(service, link), _BLOCKED.labels(service, link)
        self.reconnects = _RECONNECTS.labels(service, link)


HUB_STALLS = counter("hub_stalls_total", "Times the process did nothing else for more than 100 ms.")
HUB_STALL_SECONDS = counter("hub_stall_seconds_total", "How long these stalls were together.")
LOG_LINES_DROPPED = counter("log_lines_dropped_total", "Log lines that found nobody reading.")

outbox = cache(Outbox)
inbox = cache(Inbox)
heard = cache(Heard)
due = cache(Due)
pool = cache(Pool)
link = cache(Link)


def overdue(service: str) -> Gauge:
    """Work of `service` that has fallen due and is not done."""
    return _OVERDUE.labels(service)


def jobs(service: str, state: str) -> Gauge:
    """Jobs of `service` that are in this state."""
    return _JOBS.labels(service, state)
