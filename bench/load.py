"""A bounded load: so many callers, for so long, each answer's time noted and answers compared with the right one."""

from __future__ import annotations

import time
from typing import Any

#: Every answer is compared for these first ones, and one in so many later.
FIRST, EVERY = 64, 50


class Differs(Exception):
    """An answer was not the right one."""


class Load:
    """Notes what happens between its making and `result`."""

    def __init__(self, seconds: float, right: Any) -> None:
        self.right = right
        self.times: list[float] = []
        self.began = time.perf_counter()
        self.until = self.began + seconds

    @property
    def goes_on(self) -> bool:
        """Whether another call is to be made."""
        return time.perf_counter() < self.until

    def note(self, began: float, answer: Any) -> None:
        """One call has been answered."""
        self.times.append(time.perf_counter() - began)
        count = len(self.times)
        if (count <= FIRST or count % EVERY == 0) and answer != self.right:
            raise Differs(f"{str(answer)[:200]} instead of {str(self.right)[:200]}")

    def result(self) -> dict[str, Any]:
        """Calls per second and their times."""
        seconds, times = time.perf_counter() - self.began, sorted(self.times)
        return {
            "calls": len(times),
            "per_s": len(times) / seconds,
            "p50_ms": 1000 * share(times, 0.5),
            "p99_ms": 1000 * share(times, 0.99),
        }


def share(ordered: list[float], part: float) -> float:
    """The value below which this part of the ordered values lies."""
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)] if ordered else 0.0
