"""aio-pika's JsonRPC pattern answering calls, with its defaults: ``python -m bench.rivals.aio_pika_service URL``."""

import asyncio
import sys

import aio_pika
from aio_pika.patterns import JsonRPC

from bench import orders
from bench.rivals import answers


async def main(url: str) -> None:
    """Answer until there are no more orders."""
    connection = await aio_pika.connect_robust(url)
    rpc = await JsonRPC.create(await connection.channel())
    for name, method in answers.METHODS.items():

        async def answer(*, request, method=method):
            return method(request)

        await rpc.register(f"aio_{name}", answer)
    orders.ready()
    while await asyncio.to_thread(orders.read) is not None:
        continue


asyncio.run(main(sys.argv[1]))
