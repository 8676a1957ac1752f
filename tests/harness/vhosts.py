"""Virtual hosts on a RabbitMQ server: made under names that nobody else uses, deleted afterwards."""

import base64
import shutil
import urllib.request
from typing import Protocol
from urllib.parse import SplitResult, quote, unquote, urlsplit

import amqp

from tests.harness import guardian
from tests.harness.rabbitmq import USER, run_ctl
from tests.harness.ways import NotThisWay

_MANAGEMENT_PORT = 15672
_TIMEOUT_S = 10


class VirtualHosts(Protocol):
    """Who may make and delete virtual hosts."""

    def add(self, name: str, user: str) -> None:
        """Make one and give the user all rights in it."""

    def delete(self, name: str) -> None:
        """Delete one with its queues."""


class CtlVirtualHosts:
    """By rabbitmqctl, which must reach the very node that the URL leads to."""

    def __init__(self, command: list[str], guarded: bool = True) -> None:
        self.command = command
        self._guarded = guarded
        self._guards: dict[str, int] = {}

    def add(self, name: str, user: str) -> None:
        """Make one and give the user all rights in it."""
        run_ctl(self.command, "add_vhost", name)
        if self._guarded:
            self._guards[name] = guardian.guard_command([*self.command, "-q", "delete_vhost", name])
        run_ctl(self.command, "set_permissions", "-p", name, user, ".*", ".*", ".*")

    def delete(self, name: str) -> None:
        """Delete one with its queues."""
        run_ctl(self.command, "delete_vhost", name)
        if self._guarded:
            guardian.drop(self._guards.pop(name))


class HttpVirtualHosts:
    """By the management plugin's HTTP interface, on its usual port beside the broker."""

    def __init__(self, server_url: str) -> None:
        host, self._login = urlsplit(server_url).hostname, ":".join(login(urlsplit(server_url)))
        self._base = f"http://{host}:{_MANAGEMENT_PORT}/api"

    def add(self, name: str, user: str) -> None:
        """Make one and give the user all rights in it."""
        self._send("PUT", f"vhosts/{quote(name)}", b"{}")
        rights = b'{"configure": ".*", "write": ".*", "read": ".*"}'
        self._send("PUT", f"permissions/{quote(name)}/{quote(user)}", rights)

    def delete(self, name: str) -> None:
        """Delete one with its queues."""
        self._send("DELETE", f"vhosts/{quote(name)}", b"")

    def _send(self, method: str, path: str, body: bytes) -> None:
        request = urllib.request.Request(f"{self._base}/{path}", data=body, method=method)
        request.add_header("Authorization", "Basic " + base64.b64encode(self._login.encode()).decode())
        request.add_header("Content-Type", "application/json")
        urllib.request.urlopen(request, timeout=_TIMEOUT_S).close()


def login(parts: SplitResult) -> tuple[str, str]:
    """User and password of a broker's URL."""
    return unquote(parts.username or USER), unquote(parts.password or USER)


def prove(server_url: str, vhost: str) -> None:
    """Connect to the virtual host, so that administering one broker and testing another shows at once."""
    parts = urlsplit(server_url)
    user, password = login(parts)
    host = f"{parts.hostname}:{parts.port or 5672}"
    try:
        connection = amqp.Connection(
            host=host, userid=user, password=password, virtual_host=vhost, connect_timeout=_TIMEOUT_S
        )
        connection.connect()
        connection.close()
    except (OSError, amqp.AMQPError) as failure:
        raise NotThisWay(f"no connection to {host}: {failure}") from None


def administrator(server_url: str, ctl: list[str]) -> VirtualHosts:
    """rabbitmqctl where there is one, else the management interface."""
    if ctl or shutil.which("rabbitmqctl"):
        return CtlVirtualHosts(ctl or ["rabbitmqctl"])
    return HttpVirtualHosts(server_url)
