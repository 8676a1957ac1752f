"""A proxy between a service and its server that can be broken and healed."""

import subprocess
import sys
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from tests.harness.waiting import free_port

_PROGRAM = Path(__file__).with_name("fault_proxy.py")


class Proxy:
    """A TCP proxy on 127.0.0.1 in front of a port, or of the server that a URL names."""

    def __init__(self, target: int | str) -> None:
        parts = urlsplit(target) if isinstance(target, str) else None
        self._host = parts.hostname or "127.0.0.1" if parts else "127.0.0.1"
        self._target = int(parts.port or 0) if parts else int(target)
        self.port = free_port()
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        command = [sys.executable, "-I", str(_PROGRAM), self._host, str(self._target), str(self.port)]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.heal()
        return self

    def __exit__(self, *raised: object) -> None:
        assert self._child is not None
        self._child.kill()
        self._child.wait()
        for stream in (self._child.stdin, self._child.stdout):
            assert stream is not None
            stream.close()

    def url_for(self, url: str) -> str:
        """The same URL, leading through the proxy."""
        parts = urlsplit(url)
        login, at, _ = parts.netloc.rpartition("@")
        return parts._replace(netloc=f"{login}{at}127.0.0.1:{self.port}").geturl()

    def half_open(self) -> None:
        """Every connection stays open and every byte is swallowed, in both directions."""
        self._say("half_open")

    def stall(self) -> None:
        """Every connection stays open and nothing is read; nothing is lost when it heals."""
        self._say("stall")

    def cut(self) -> None:
        """Reset every connection, and every new one, until it heals."""
        self._say("cut")

    def heal(self) -> None:
        """Forward again; connections that lost bytes are reset."""
        self._say("pass")

    def _say(self, mode: str) -> None:
        assert self._child is not None and self._child.stdin is not None and self._child.stdout is not None
        self._child.stdin.write(f"{mode}\n".encode())
        answer = self._child.stdout.readline()
        assert answer.decode().strip() == mode, f"the proxy does not answer (exit {self._child.poll()})"
