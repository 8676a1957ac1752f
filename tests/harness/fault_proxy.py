"""A TCP proxy that breaks on command: a program of its own, so that no event loop under test can stall it.

`python fault_proxy.py HOST PORT LISTEN_PORT`, then one word a line on standard input, each answered by the same word:
pass, half_open (read and throw away), stall (read nothing), cut (reset all, and whoever comes).
"""

import contextlib
import selectors
import socket
import struct
import sys

_CHUNK = 65_536
_RESET = struct.pack("ii", 1, 0)


class Pipe:
    """One client's connection and ours to the target."""

    def __init__(self, client: socket.socket, target: socket.socket) -> None:
        self.other = {client: target, target: client}
        self.waiting: dict[socket.socket, bytearray] = {client: bytearray(), target: bytearray()}
        self.ended: set[socket.socket] = set()
        self.told: set[socket.socket] = set()
        self.torn = False

    def flush(self, side: socket.socket) -> None:
        """Hand over what waits for this side, as much as it takes."""
        waiting = self.waiting[side]
        if waiting:
            with contextlib.suppress(BlockingIOError):
                del waiting[: side.send(waiting)]
        if not waiting and self.other[side] in self.ended - self.told:
            self.told.add(self.other[side])
            side.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Close both sides with RST instead of FIN."""
        for side in self.other:
            with contextlib.suppress(OSError):
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            side.close()


class FaultProxy:
    """Forwards bytes between its port and the target in the mode it was last told."""

    def __init__(self, target: tuple[str, int], port: int) -> None:
        self.target = target
        self.mode = "pass"
        self.pipes: dict[socket.socket, Pipe] = {}
        self.selector = selectors.DefaultSelector()
        self.listener = socket.create_server(("127.0.0.1", port), backlog=512)
        self.listener.setblocking(False)

    def serve(self) -> None:
        """Until standard input closes."""
        self.selector.register(self.listener, selectors.EVENT_READ)
        commands = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115 - open as long as we are
        self.selector.register(commands, selectors.EVENT_READ)
        while True:
            for key, events in self.selector.select():
                if key.fileobj is self.listener:
                    self.accept()
                elif key.fileobj is commands:
                    if not (line := commands.readline()):
                        return
                    self.change(line.decode().strip())
                elif key.fileobj in self.pipes:
                    self.move(key.fileobj, events)

    def change(self, mode: str) -> None:
        """Enter a mode; connections that lost bytes cannot be healed and are reset."""
        self.mode = mode
        for pipe in set(self.pipes.values()):
            if mode == "cut" or pipe.torn and mode == "pass":
                self.drop(pipe)
            else:
                pipe.torn |= mode == "half_open"
                self.watch(pipe)
        print(mode, flush=True)

    def accept(self) -> None:
        """A new client; in the broken modes it is treated like those before it."""
        client, _ = self.listener.accept()
        try:
            target = socket.create_connection(self.target, timeout=5)
        except OSError:
            target = socket.socket()
        pipe = Pipe(client, target)
        pipe.torn = self.mode == "half_open"
        if self.mode == "cut" or not _connected(target):
            pipe.reset()
            return
        for side in pipe.other:
            side.setblocking(False)
            self.pipes[side] = pipe
        self.watch(pipe)

    def watch(self, pipe: Pipe) -> None:
        """Listen for what the mode and the buffers allow."""
        for side, other in pipe.other.items():
            reading = self.mode != "stall" and side not in pipe.ended and len(pipe.waiting[other]) < _CHUNK
            writing = self.mode == "pass" and bool(pipe.waiting[side])
            events = selectors.EVENT_READ * reading | selectors.EVENT_WRITE * writing
            known = side in self.selector.get_map()
            if events and known:
                self.selector.modify(side, events)
            elif events:
                self.selector.register(side, events)
            elif known:
                self.selector.unregister(side)

    def move(self, side: socket.socket, events: int) -> None:
        """Bytes came or may go."""
        pipe = self.pipes[side]
        try:
            if events & selectors.EVENT_READ:
                self.take(pipe, side)
            if self.mode == "pass":
                for end in pipe.other:
                    pipe.flush(end)
        except OSError:
            self.lost(pipe, side)
            return
        if len(pipe.ended) == 2 and not any(pipe.waiting.values()):
            self.drop(pipe)
        else:
            self.watch(pipe)

    def take(self, pipe: Pipe, side: socket.socket) -> None:
        """Read; keep it for the other side unless bytes are being swallowed."""
        data = side.recv(_CHUNK)
        if not data:
            pipe.ended.add(side)
        elif self.mode != "half_open":
            pipe.waiting[pipe.other[side]] += data

    def lost(self, pipe: Pipe, side: socket.socket) -> None:
        """One side broke; behind a half-open proxy the other must not notice."""
        if self.mode == "pass":
            self.drop(pipe)
            return
        pipe.ended.add(side)
        self.watch(pipe)

    def drop(self, pipe: Pipe) -> None:
        """Forget the connection and reset both sides."""
        for side in pipe.other:
            with contextlib.suppress(KeyError, ValueError):
                self.selector.unregister(side)
            self.pipes.pop(side, None)
        pipe.reset()


def _connected(side: socket.socket) -> bool:
    with contextlib.suppress(OSError):
        side.getpeername()
        return True
    return False


if __name__ == "__main__":
    FaultProxy((sys.argv[1], int(sys.argv[2])), int(sys.argv[3])).serve()
