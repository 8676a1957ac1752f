"""A measured process's side of the talk: orders come in on standard input, answers go out, one JSON line each."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

# Whatever a library or a log prints must not come between the answers.
_answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def ready(**facts: Any) -> None:
    """Say that the process can be measured."""
    _say(facts)


def read() -> dict[str, Any] | None:
    """The next order, or None when there will be none; blocks the thread it runs in."""
    line = sys.stdin.readline()
    return json.loads(line) if line else None


def obey(handlers: Mapping[str, Callable[..., dict]], wait: Callable[[], dict | None] = read) -> None:
    """Carry out orders until there are no more; a failure is an answer too."""
    while (order := wait()) is not None:
        try:
            _say(handlers[order.pop("do")](**order))
        except Exception as error:
            _say({"error": f"{type(error).__name__}: {error}"})


def _say(answer: dict[str, Any]) -> None:
    _answers.write(json.dumps(answer) + "\n")
    _answers.flush()
