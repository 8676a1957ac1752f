"""Work that is done in the next turn of the hub, all that came up before it together."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from eventlet.hubs import get_hub


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
        items, self._items = self._items, deque()
        try:
            while items:
                self._handle(items.popleft())
        finally:
            for item in items:  # one failed; the others must not wait for ever
                self.add(item)
