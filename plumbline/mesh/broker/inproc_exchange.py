"""Exchanges of the in-process broker: which queues a routing key leads to."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plumbline.mesh.broker.inproc_queue import Queue

TYPES = ("direct", "topic", "fanout")
ROUTES_KEPT = 4096


@lru_cache(ROUTES_KEPT)
def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(".")) if text else ()


def topic_matches(pattern: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Whether a topic pattern fits: `*` is exactly one word, `#` any number of them."""
    if not pattern:
        return not words
    head, rest = pattern[0], pattern[1:]
    if head == "#":
        return topic_matches(rest, words) or (bool(words) and topic_matches(pattern, words[1:]))
    return bool(words) and head in ("*", words[0]) and topic_matches(rest, words[1:])


class Exchange:
    """A named exchange with its bindings; remembers the routes it has worked out."""

    def __init__(self, name: str, type: str, *, durable: bool = True, auto_delete: bool = False) -> None:
        self.name, self.type, self.durable, self.auto_delete = name, type, durable, auto_delete
        self.bindings: dict[tuple[Queue, str], None] = {}
        self._routes: dict[str, tuple[Queue, ...]] = {}

    def bind(self, queue: Queue, key: str) -> None:
        """Lead `key` to `queue`; binding twice changes nothing."""
        self.bindings[queue, key] = None
        self._routes.clear()

    def unbind(self, queue: Queue, key: str | None = None) -> bool:
        """Take away one binding of `queue`, or all; true when that was the last of an auto-delete exchange."""
        gone = [found for found in self.bindings if found[0] is queue and key in (None, found[1])]
        for binding in gone:
            del self.bindings[binding]
        self._routes.clear()
        return bool(gone) and self.auto_delete and not self.bindings

    def route(self, key: str) -> tuple[Queue, ...]:
        """The queues `key` leads to, each once."""
        found = self._routes.get(key)
        if found is None:
            found = tuple(dict.fromkeys(queue for queue, bound in self.bindings if self._fits(bound, key)))
            if len(self._routes) >= ROUTES_KEPT:
                self._routes.clear()
            self._routes[key] = found
        return found

    def _fits(self, bound: str, key: str) -> bool:
        if self.type == "topic":
            return topic_matches(_words(bound), _words(key))
        return self.type == "fanout" or bound == key
