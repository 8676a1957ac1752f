"""py-amqp alone calling, by direct reply-to, so many calls in flight: ``python -m bench.rivals.raw_caller URL``."""

import sys
import time

import amqp
import orjson

from bench import orders
from bench.load import Load
from bench.rivals.raw_service import QUEUE, connect

REPLIES = "amq.rabbitmq.reply-to"


class Caller:
    """Keeps a number of calls in flight."""

    def __init__(self, url: str) -> None:
        self.connection = connect(url)
        self.channel = self.connection.channel()
        self.channel.basic_consume(REPLIES, no_ack=True, callback=self.arrived)
        self.open: dict[str, float] = {}
        self.sent = 0

    def call(self, method, request, right, callers, seconds):
        self.load, self.body = Load(seconds, right), orjson.dumps([method, request])
        for _ in range(callers):
            self.send()
        while self.open:
            self.connection.drain_events()
        return self.load.result()

    def send(self) -> None:
        self.sent += 1
        self.open[str(self.sent)] = time.perf_counter()
        message = amqp.Message(self.body, reply_to=REPLIES, correlation_id=str(self.sent))
        self.channel.basic_publish(message, "", QUEUE)

    def arrived(self, message) -> None:
        self.load.note(self.open.pop(message.correlation_id), orjson.loads(message.body))
        if self.load.goes_on:
            self.send()


if __name__ == "__main__":
    caller = Caller(sys.argv[1])
    orders.ready()
    orders.obey({"call": caller.call})
