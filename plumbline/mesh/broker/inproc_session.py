"""What both halves of an in-process channel stand on: being open, and being closed because of an error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from amqp.exceptions import AMQPError, ChannelError, ConnectionError, RecoverableConnectionError

if TYPE_CHECKING:
    from plumbline.mesh.broker.inproc_connection import Connection


class Session:
    """A channel's tie to its connection. An error ends all that was under way, then it can be used anew (py-amqp)."""

    def __init__(self, connection: Connection) -> None:
        self.connection: Connection | None = connection
        self.fault: AMQPError | None = None  # what closed the channel and nobody has been told yet

    def reset(self) -> None:
        """End everything the broker does for this channel."""
        self.fault = None

    def usable(self) -> Connection:
        """The open connection of this channel; raises what closed either."""
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        if self.connection is None:
            raise RecoverableConnectionError("connection already closed")
        return self.connection

    def fail(self, error: AMQPError) -> None:
        """Close the channel because of something nobody waits for; the next drain or call raises `error`."""
        self.reset()
        if self.connection is not None:
            self.fault = error
            self.connection.notices.add(self._tell, error)

    @contextmanager
    def call(self) -> Iterator[Connection]:
        """Something the broker may refuse at once, which closes the channel or, if it is bad, the connection."""
        connection = self.usable()
        try:
            yield connection
        except ChannelError:
            self.reset()
            raise
        except ConnectionError as error:
            kind, text, method, code = type(error), error.reply_text, error.method_sig, error.reply_code
            connection.lose(lambda: kind(text, method, reply_code=code))
            raise connection.lost() from None

    def _tell(self, error: AMQPError) -> None:
        if self.fault is error:
            self.usable()
