"""Stock nameko calling, from inside a worker: ``python -m bench.rivals.nameko_caller URL``."""

import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
import eventlet  # noqa: E402 (the filter must be set first)

eventlet.monkey_patch()

import sys  # noqa: E402
import time  # noqa: E402
from functools import partial  # noqa: E402

from eventlet import tpool  # noqa: E402
from nameko.containers import ServiceContainer  # noqa: E402
from nameko.rpc import RpcProxy  # noqa: E402, TID251 (this is the rival)
from nameko.testing.services import dummy  # noqa: E402

from bench import orders  # noqa: E402
from bench.load import Load  # noqa: E402


class Caller:
    """A worker that calls as often as it can."""

    name = "stock_caller"
    speaker = RpcProxy("stock")

    @dummy
    def run(self, method, request, right, callers, seconds, done):
        load, ask = Load(seconds, right), getattr(self.speaker, method)

        def go_on():
            while load.goes_on:
                began = time.perf_counter()
                load.note(began, ask(request))

        try:
            for greenlet in [eventlet.spawn(go_on) for _ in range(callers)]:
                greenlet.wait()
            done.send(load.result())
        except Exception as error:
            done.send_exception(error)


def call(container, entrypoint, **order):
    """Have a worker call."""
    done = eventlet.event.Event()
    container.spawn_worker(entrypoint, (), {**order, "done": done})
    return done.wait()


if __name__ == "__main__":
    container = ServiceContainer(Caller, {"AMQP_URI": sys.argv[1]})
    container.start()
    orders.ready()
    handlers = {"call": partial(call, container, next(iter(container.entrypoints)))}
    orders.obey(handlers, lambda: tpool.execute(orders.read))
