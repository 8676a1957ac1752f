"""The small HTTP server behind health and metrics: one real thread that no slow or hostile client can hold up."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from eventlet import patcher

# Taken before monkey-patching: nothing here may ever wait for the hub.
_socket: Any = patcher.original("socket")
_select: Any = patcher.original("select")
_sleep: Any = patcher.original("time").sleep
_threading: Any = patcher.original("threading")


class Answer(NamedTuple):
    """What is sent back."""

    status: int
    body: bytes
    content_type: str = "application/json"


#: Asked with the path and when the question came; None means "not yet, ask me again".
Route = Callable[[str, float], Answer | None]

REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}


@dataclass(eq=False)
class _Client:
    """One connection on its way from question to answer."""

    socket: Any
    came: float
    received: bytes = b""
    path: str | None = None
    head_only: bool = False
    to_send: memoryview = field(default_factory=lambda: memoryview(b""))


class Server:
    """Answers GET with what `route` says."""

    LONGEST_REQUEST = 4096
    MOST_CLIENTS = 64
    PATIENCE_S = 5.0
    ASK_AGAIN_S = 0.05

    def __init__(self, host: str, port: int, route: Route) -> None:
        family = _socket.AF_INET6 if ":" in host else _socket.AF_INET
        self._listener = _socket.create_server((host, port), family=family, backlog=128)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._route = route
        self._bell, self._ear = _socket.socketpair()
        self._poll = _select.poll()
        self._clients: dict[int, _Client] = {}
        self._thread = _threading.Thread(target=self._run, name="health", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._poll.register(self._listener, _select.POLLIN)
        self._poll.register(self._ear, _select.POLLIN)
        self._thread.start()

    def stop(self) -> None:
        """Answer no more and free the port."""
        self._bell.send(b"!")
        self._thread.join(1.0)
        self._bell.close()

    def _run(self) -> None:
        while True:
            waiting = any(client.path is not None for client in self._clients.values())
            for descriptor, _ in self._poll.poll(1000 * (self.ASK_AGAIN_S if waiting else 1.0)):
                if descriptor == self._ear.fileno():
                    self._close()
                    return
                if descriptor == self._listener.fileno():
                    self._accept()
                elif descriptor in self._clients:
                    self._serve(self._clients[descriptor])
            self._look_after()

    def _accept(self) -> None:
        try:
            accepted, _ = self._listener.accept()
        except OSError:  # it hung up first, or there are no descriptors left: then it stays in the queue
            _sleep(0.01)
            return
        accepted.setblocking(False)
        if len(self._clients) >= self.MOST_CLIENTS:  # the slowest makes room, so that a probe always gets in
            self._drop(min(self._clients.values(), key=lambda client: client.came))
        self._clients[accepted.fileno()] = _Client(accepted, time.monotonic())
        self._poll.register(accepted, _select.POLLIN)

    def _serve(self, client: _Client) -> None:
        try:
            if client.to_send:
                self._send(client)
            elif client.path is None:
                self._receive(client)
            elif not client.socket.recv(self.LONGEST_REQUEST):  # hung up while it waited for its answer
                self._drop(client)
        except BlockingIOError:
            pass
        except OSError:
            self._drop(client)

    def _receive(self, client: _Client) -> None:
        chunk = client.socket.recv(self.LONGEST_REQUEST)
        client.received += chunk
        if not chunk:
            self._drop(client)
        elif b"\r\n\r\n" in client.received or b"\n\n" in client.received:
            self._ask(client)
        elif len(client.received) > self.LONGEST_REQUEST:
            self._answer(client, Answer(400, b"{}"))

    def _ask(self, client: _Client) -> None:
        words = client.received.split(b"\n", 1)[0].decode("latin-1").split()
        if len(words) != 3 or not words[1].startswith("/"):
            self._answer(client, Answer(400, b"{}"))
        elif words[0] not in ("GET", "HEAD"):
            self._answer(client, Answer(405, b"{}"))
        else:
            client.head_only, client.path = words[0] == "HEAD", words[1].split("?")[0]
            self._try(client)

    def _try(self, client: _Client) -> None:
        answer = self._route(client.path or "", client.came)
        if answer is not None:
            self._answer(client, answer)

    def _answer(self, client: _Client, answer: Answer) -> None:
        head = (
            f"HTTP/1.1 {answer.status} {REASONS[answer.status]}\r\nContent-Type: {answer.content_type}\r\n"
            f"Content-Length: {len(answer.body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
        )
        client.path = None
        client.to_send = memoryview(head.encode() + (b"" if client.head_only else answer.body))
        self._poll.modify(client.socket, _select.POLLOUT)
        with suppress(BlockingIOError):
            self._send(client)

    def _send(self, client: _Client) -> None:
        client.to_send = client.to_send[client.socket.send(client.to_send) :]
        if not client.to_send:
            self._drop(client)

    def _look_after(self) -> None:
        """Ask again for those who wait; let go those who take too long."""
        now = time.monotonic()
        for client in list(self._clients.values()):
            if now - client.came > self.PATIENCE_S:
                self._drop(client)
            elif client.path is not None:
                try:
                    self._try(client)
                except OSError:
                    self._drop(client)

    def _drop(self, client: _Client) -> None:
        self._clients.pop(client.socket.fileno(), None)
        try:
            self._poll.unregister(client.socket)
            client.socket.shutdown(_socket.SHUT_WR)
        except (OSError, KeyError, ValueError):
            pass
        client.socket.close()

    def _close(self) -> None:
        for client in list(self._clients.values()):
            self._drop(client)
        self._listener.close()
        self._ear.close()
