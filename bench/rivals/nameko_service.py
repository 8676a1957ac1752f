"""Stock nameko answering calls, with its defaults: ``python -m bench.rivals.nameko_service URL``."""

import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
import eventlet  # noqa: E402 (the filter must be set first)

eventlet.monkey_patch()

import sys  # noqa: E402

from eventlet import tpool  # noqa: E402
from nameko.containers import ServiceContainer  # noqa: E402
from nameko.rpc import rpc  # noqa: E402, TID251 (this is the rival)

from bench import orders  # noqa: E402
from bench.rivals import answers  # noqa: E402


class Speaker:
    """The same answers by the rival's means."""

    name = "stock"

    @rpc
    def echo(self, request):
        return answers.echo(request)

    @rpc
    def rows(self, request):
        return answers.rows(request)


if __name__ == "__main__":
    container = ServiceContainer(Speaker, {"AMQP_URI": sys.argv[1]})
    container.start()
    orders.ready()
    orders.obey({}, lambda: tpool.execute(orders.read))
