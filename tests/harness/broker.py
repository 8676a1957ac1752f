"""A RabbitMQ that a test may stop, kill, alarm and start again."""

import contextlib
import json
import socket
from typing import Self

from tests.harness.containers import node_in_container
from tests.harness.rabbitmq import USER, VHOST, Node, installed_node, node_after_apt, run_ctl
from tests.harness.waiting import wait_for
from tests.harness.ways import APT, DOCKER, INSTALLED, first_that_works

_READY_S = 90.0
_WAYS = {INSTALLED: installed_node, APT: node_after_apt, DOCKER: node_in_container}


class PrivateBroker:
    """A RabbitMQ of the test's own, with one virtual host; a context manager."""

    def __init__(self) -> None:
        self._node: Node = first_that_works("RabbitMQ", _WAYS)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    @property
    def how(self) -> str:
        """By which way it runs."""
        return self._node.how

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return self._node.port

    @property
    def server_url(self) -> str:
        """The server without a virtual host."""
        return f"amqp://{USER}:{USER}@127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The server and its virtual host."""
        return f"{self.server_url}/{VHOST}"

    def ctl(self, *arguments: str) -> str:
        """One command of rabbitmqctl; its output."""
        return run_ctl(self.ctl_command, *arguments)

    @property
    def ctl_command(self) -> list[str]:
        """The command line of rabbitmqctl for this node."""
        return self._node.command()

    def start(self) -> None:
        """Begin (again) and wait until it takes connections."""
        self._node.start()
        self.await_ready()

    def stop(self) -> None:
        """End in good order, connections closed by the broker."""
        self._node.stop()

    def kill(self) -> None:
        """SIGKILL: no connection is closed by the broker. A queue declared a moment before may be forgotten."""
        self._node.kill()

    def restart(self) -> None:
        """End in good order and begin again."""
        self.stop()
        self.start()

    def await_ready(self, seconds: float = _READY_S) -> None:
        """Until it answers a client's first bytes."""
        try:
            wait_for(lambda: greets(self.port), seconds, f"RabbitMQ on port {self.port}")
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self._node.log()[-3000:]}") from None

    def alarm(self, on: bool) -> None:
        """Raise or end the memory alarm, which blocks every connection that publishes."""
        self.ctl("set_vm_memory_high_watermark", *(("absolute", "1") if on else ("0.6",)))
        wait_for(lambda: ("memory" in self.ctl("eval", "rabbit_alarm:get_alarms().")) == on, 15, f"alarm {on}")

    def queues(self) -> dict[str, int]:
        """Every queue with the messages in it, delivered ones included."""
        return queues(self.ctl_command, VHOST)

    def close(self) -> None:
        """End it and remove its data."""
        self._node.close()


def queues(ctl: list[str], vhost: str) -> dict[str, int]:
    """Every queue of a virtual host with the messages in it."""
    rows = json.loads(run_ctl(ctl, "list_queues", "-p", vhost, "name", "messages", "--formatter", "json"))
    return {row["name"]: row["messages"] or 0 for row in rows}


def greets(port: int, host: str = "127.0.0.1") -> bool:
    """Whether an AMQP broker answers the protocol header there."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=2) as probe:
        probe.sendall(b"AMQP\x00\x00\x09\x01")
        return probe.recv(1) == b"\x01"
    return False
