"""aio-pika's JsonRPC pattern calling: ``python -m bench.rivals.aio_pika_caller URL``."""

import asyncio
import sys
import time

import aio_pika
from aio_pika.patterns import JsonRPC

from bench import orders
from bench.load import Load


async def main(url: str) -> None:
    """Call as told."""
    connection = await aio_pika.connect_robust(url)
    rpc = await JsonRPC.create(await connection.channel())
    loop = asyncio.get_running_loop()

    async def run(method, request, right, callers, seconds):
        load = Load(seconds, right)

        async def go_on():
            while load.goes_on:
                began = time.perf_counter()
                load.note(began, await rpc.call(f"aio_{method}", {"request": request}))

        await asyncio.gather(*(go_on() for _ in range(callers)))
        return load.result()

    def call(**order):
        return asyncio.run_coroutine_threadsafe(run(**order), loop).result()

    orders.ready()
    await asyncio.to_thread(orders.obey, {"call": call})


asyncio.run(main(sys.argv[1]))
