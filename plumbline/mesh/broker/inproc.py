"""The in-process broker as a kombu transport: `inproc://`, or `inproc:///name` for an independent one."""

from __future__ import annotations

from typing import Any

import amqp
from kombu.transport import TRANSPORT_ALIASES, base

from plumbline.mesh.broker.inproc_broker import Broker, broker, reset
from plumbline.mesh.broker.inproc_channel import Channel
from plumbline.mesh.broker.inproc_connection import Connection

__all__ = ("Broker", "Channel", "Connection", "Transport", "broker", "reset")


class Transport(base.Transport):
    """Connects a kombu Connection with a broker in this process; fails with the errors py-amqp fails with."""

    connection_errors = amqp.Connection.connection_errors
    channel_errors = amqp.Connection.channel_errors
    recoverable_connection_errors = amqp.Connection.recoverable_connection_errors
    recoverable_channel_errors = amqp.Connection.recoverable_channel_errors

    driver_type = driver_name = "inproc"
    implements = base.Transport.implements.extend(exchange_type=frozenset(["direct", "topic", "fanout"]))

    def establish_connection(self) -> Connection:
        """Connect; raises ConnectionRefusedError while the broker refuses."""
        client: Any = self.client
        options = client.transport_options or {}
        confirm = bool(options.get("confirm_publish"))
        return Connection(broker(client.virtual_host), client, confirm_publish=confirm)

    def create_channel(self, connection: Connection) -> Channel:
        """A new channel of `connection`."""
        return connection.channel()

    def drain_events(self, connection: Connection, **kwargs: Any) -> None:
        """Handle one event of `connection`."""
        connection.drain_events(**kwargs)

    def verify_connection(self, connection: Connection) -> bool:
        """Whether `connection` is still one."""
        return connection.connected

    def close_connection(self, connection: Connection) -> None:
        """Say goodbye."""
        connection.client = None
        connection.close()

    def heartbeat_check(self, connection: Connection, rate: int = 2) -> None:
        """Nothing to miss."""
        connection.heartbeat_tick(rate)

    def driver_version(self) -> str:
        """The version of what it imitates."""
        return amqp.__version__

    def _collect(self, connection: Connection | None) -> None:
        if connection is not None:
            connection.collect()


TRANSPORT_ALIASES["inproc"] = f"{__name__}:Transport"
