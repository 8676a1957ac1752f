"""py-amqp alone answering: no confirms, no acknowledgements: ``python -m bench.rivals.raw_service URL``."""

import sys
import threading
from urllib.parse import urlsplit

import amqp
import orjson

from bench import orders
from bench.rivals import answers

QUEUE = "rpc-raw"


def connect(url: str) -> amqp.Connection:
    """A connection to the broker."""
    parts = urlsplit(url)
    connection = amqp.Connection(
        f"{parts.hostname}:{parts.port}", parts.username, parts.password, virtual_host=parts.path[1:]
    )
    connection.connect()
    return connection


def main(url: str) -> None:
    """Answer until the process is ended."""
    connection = connect(url)
    channel = connection.channel()
    channel.queue_declare(QUEUE, auto_delete=True)

    def answer(message):
        method, request = orjson.loads(message.body)
        reply = amqp.Message(orjson.dumps(answers.METHODS[method](request)), correlation_id=message.correlation_id)
        channel.basic_publish(reply, "", message.reply_to)

    channel.basic_consume(QUEUE, no_ack=True, callback=answer)
    threading.Thread(target=orders.read, daemon=True).start()
    orders.ready()
    while True:
        connection.drain_events()


if __name__ == "__main__":
    main(sys.argv[1])
