"""py-amqp alone publishing: bodies to an exchange, confirms awaited once per batch: ``… URL EXCHANGE QUEUE``."""

import sys
import time

import amqp

from bench import orders
from bench.rivals.raw_service import connect


class Publisher:
    """Takes bodies off the queue once, then publishes the same again and again."""

    def __init__(self, url: str, exchange: str, queue: str) -> None:
        self.connection = connect(url)
        self.channel = self.connection.channel()
        self.channel.confirm_select()
        self.channel.events["basic_ack"].add(self.confirmed)
        self.exchange, self.queue = exchange, queue
        self.bodies: list[tuple[str, bytes]] = []
        self.sent = self.confirmed_to = 0

    def take(self, rows: int) -> dict:
        """Take what the relay put into the queue."""
        for _ in range(rows):
            message = self.channel.basic_get(self.queue, no_ack=True)
            self.bodies.append((message.delivery_info["routing_key"], message.body.encode()))
        return {"first": self.bodies[0][1].decode(), "last": self.bodies[-1][1].decode()}

    def send(self, batch: int) -> dict:
        """Publish everything, so many unconfirmed at most."""
        began = time.perf_counter()
        for at in range(0, len(self.bodies), batch):
            for key, body in self.bodies[at : at + batch]:
                message = amqp.Message(body, content_type="application/json", delivery_mode=2)
                self.channel.basic_publish(message, self.exchange, key, mandatory=True)
                self.sent += 1
            while self.confirmed_to < self.sent:
                self.connection.drain_events()
        return {"calls": len(self.bodies), "per_s": len(self.bodies) / (time.perf_counter() - began)}

    def confirmed(self, tag: int, multiple: bool) -> None:
        """The broker has these; it confirms in order here, since nothing else is published."""
        self.confirmed_to = max(self.confirmed_to, tag) if multiple else self.confirmed_to + 1

    def purge(self) -> dict:
        """Empty the queue; how many messages were in it."""
        return {"count": self.channel.queue_purge(self.queue)}


if __name__ == "__main__":
    publisher = Publisher(*sys.argv[1:])
    orders.ready()
    orders.obey({"take": publisher.take, "send": publisher.send, "purge": publisher.purge})
