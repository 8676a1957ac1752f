"""Turns of the hub: work that came up since the last one is done together, and what it wrote is sent at its end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from eventlet.hubs import get_hub

#: What is to be done when the turn that is going on has ended; None while none goes on.
_at_end: list[Callable[[], None]] | None = None


class NextTurn:
    """Hands each item to `handle` in the hub's next turn, with one timer however many there are.

    `handle` runs in the hub: it may switch to other greenlets, and must not wait itself.
    """

    def __init__(self, handle: Callable[[Any], Any]) -> None:
        self._handle = handle
        self._items: deque[Any] = deque()

    def add(self, item: Any) -> None:
        """One more item."""
        if not self._items:
            get_hub().schedule_call_global(0, self._run)
        self._items.append(item)

    def _run(self) -> None:
        global _at_end
        items, self._items = self._items, deque()
        end: list[Callable[[], None]] = []
        _at_end = end
        try:
            while items:
                self._handle(items.popleft())
        finally:
            _at_end = None
            for item in items:  # one failed; the others must not wait for ever
                self.add(item)
            for callback in end:
                callback()


def at_end(callback: Callable[[], None]) -> None:
    """Call back, in the hub, at the end of the turn that is going on, or else in the next; it must not wait."""
    if _at_end is None:
        get_hub().schedule_call_global(0, callback)
    else:
        _at_end.append(callback)
