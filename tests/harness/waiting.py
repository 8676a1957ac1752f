"""Waiting for a condition with a deadline, and ports that nobody else is handed."""

import random
import socket
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_PAUSE_S = 0.02
_PORTS = range(20_000, 32_000)  # below the range from which the kernel serves outgoing connections


def wait_for(condition: Callable[[], T], seconds: float, what: str) -> T:
    """Return the first true answer of the condition; after the deadline fail and say what was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        if answer := condition():
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain: {what} (last answer: {answer!r})")
        time.sleep(_PAUSE_S)


def free_port() -> int:
    """A loopback port that stays ours while the server behind it is down."""
    while True:
        port = random.SystemRandom().choice(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def listening(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
