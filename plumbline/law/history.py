"""A history that is only ever appended to, and what it says about a day, as known at an instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol, TypeVar


class Dated(Protocol):
    """A state that began on a day, may end by itself after another, and was entered at an instant."""

    since: date
    until: date | None
    recorded_at: datetime


Entry = TypeVar("Entry", bound=Dated)


def known(entries: Sequence[Entry], known_at: datetime | None) -> list[Entry]:
    """What had been entered by then; everything, when no instant is given."""
    return [entry for entry in entries if known_at is None or entry.recorded_at <= known_at]


def in_force(entries: Sequence[Entry], day: date, *, known_at: datetime | None = None) -> Entry | None:
    """The entry that governs the day: the last one begun by then that has not ended by itself.

    Entries come in the order of their days, which is also the order in which they were entered.
    """
    for entry in reversed(known(entries, known_at)):
        if entry.since <= day and (entry.until is None or day <= entry.until):
            return entry
    return None
