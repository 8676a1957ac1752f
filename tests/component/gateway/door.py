"""A client outside."""

from __future__ import annotations

import socket
from typing import Any

import requests

from gateway.server import Server
from tests.component.town import Town


class Door:
    """Sends requests to the gateway of a town."""

    def __init__(self, town: Town) -> None:
        extensions = town.running["gateway"].extensions
        server = next(extension for extension in extensions if isinstance(extension, Server))
        self.address = server._sock.getsockname()
        self.url = f"http://{self.address[0]}:{self.address[1]}"

    def get(self, path: str, **options: Any) -> requests.Response:
        """Read."""
        return requests.get(self.url + path, timeout=10, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        """Send JSON."""
        return requests.post(self.url + path, json=body, timeout=10, **options)

    def post_text(self, path: str, text: str | bytes, kind: str = "application/json") -> requests.Response:
        """Send what need not be JSON."""
        return requests.post(self.url + path, data=text, headers={"Content-Type": kind}, timeout=10)

    def send_raw(self, text: bytes) -> bytes:
        """Send what need not be HTTP; what comes back until the other side closes."""
        with socket.create_connection(self.address, timeout=10) as line:
            line.sendall(text)
            line.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: line.recv(65536), b""))


def without(form: dict[str, Any], *names: str) -> dict[str, Any]:
    """The form without what the path says."""
    return {name: value for name, value in form.items() if name not in names}
