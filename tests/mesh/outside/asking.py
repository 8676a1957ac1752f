"""Asking a port over a real socket on a real thread, so that a frozen hub cannot hold the question up."""

from __future__ import annotations

import json
from typing import Any

from eventlet import patcher, tpool

_socket: Any = patcher.original("socket")
_threading: Any = patcher.original("threading")
_sleep: Any = patcher.original("time").sleep


def connect(port: int) -> Any:
    """A connection that blocks its thread."""
    return _socket.create_connection(("127.0.0.1", port), timeout=10)


def raw(port: int, request: bytes) -> bytes:
    """What comes back for these bytes, until the other side closes."""
    with connect(port) as connection:
        connection.sendall(request)
        return read_all(connection)


def read_all(connection: Any) -> bytes:
    """Everything until the other side closes."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def get(port: int, path: str) -> tuple[int, bytes]:
    """Status and body of a GET. Blocks the whole process: use `asked` where the hub must answer too."""
    head, _, body = raw(port, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()).partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def asked(port: int, path: str) -> tuple[int, bytes]:
    """Like `get`, while this process' hub goes on."""
    return tpool.execute(get, port, path)


def ready(port: int) -> tuple[int, Any]:
    """What /ready says."""
    status, body = get(port, "/ready")
    return status, json.loads(body)


class Aside:
    """Something done on a real thread while the test holds the hub up."""

    def __init__(self, work: Any, after: float = 0.0) -> None:
        self.answers: list[Any] = []
        self._thread = _threading.Thread(target=self._run, args=(work, after), daemon=True)
        self._thread.start()

    def _run(self, work: Any, after: float) -> None:
        _sleep(after)
        self.answers.append(work())

    def answer(self) -> Any:
        """What came out."""
        self._thread.join(15)
        return self.answers[0]


def block_the_hub(seconds: float) -> None:
    """Sleep in C, as a driver does that does not yield."""
    _sleep(seconds)
