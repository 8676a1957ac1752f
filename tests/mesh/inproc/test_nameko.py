"""Unmodified nameko runs on the in-process broker: two services, a call between them and an event."""

import uuid

import eventlet
import pytest
from nameko.containers import ServiceContainer
from nameko.events import EventDispatcher, event_handler  # noqa: TID251 - stock nameko is what is tested
from nameko.exceptions import RemoteError, UnknownService
from nameko.rpc import RpcProxy, rpc  # noqa: TID251
from nameko.standalone.rpc import ClusterRpcProxy

from plumbline.mesh.broker import inproc


class Subjects:
    """Answers, and says what it was asked."""

    name = "stock_subjects"
    dispatch = EventDispatcher()

    @rpc
    def get(self, number):
        self.dispatch("viewed", {"number": number})
        return {"number": number}


class Cases:
    """Asks, and hears of it."""

    name = "stock_cases"
    subjects = RpcProxy("stock_subjects")
    nobody = RpcProxy("stock_nobody")
    viewed: list = []

    @rpc
    def open(self, number):
        return {"subject": self.subjects.get(number)}

    @rpc
    def ask_nobody(self):
        self.nobody.get(1)

    @event_handler("stock_subjects", "viewed")
    def note(self, event):
        Cases.viewed.append(event["number"])


@pytest.fixture(scope="module")
def stock_services():
    name = f"test-{uuid.uuid4().hex}"
    config = {"AMQP_URI": f"inproc:///{name}", "max_workers": 4}
    containers = [ServiceContainer(service, config) for service in (Subjects, Cases)]
    for container in containers:
        container.start()
    yield config
    for stopping in [eventlet.spawn(container.stop) for container in containers]:
        stopping.wait()
    inproc.reset(name)


def test_stock_nameko_services_call_each_other_and_hear_events(stock_services):
    with eventlet.Timeout(20), ClusterRpcProxy(stock_services, timeout=5) as services:
        assert services.stock_cases.open(7) == {"subject": {"number": 7}}
        assert services.stock_cases.open("8") == {"subject": {"number": "8"}}
        while len(Cases.viewed) < 2:
            eventlet.sleep(0.01)
    assert Cases.viewed == [7, "8"]


def test_stock_nameko_learns_that_a_service_is_unknown(stock_services):
    with eventlet.Timeout(20), ClusterRpcProxy(stock_services, timeout=5) as services:
        with pytest.raises(UnknownService):
            services.stock_nobody.get(1)
        with pytest.raises(RemoteError, match="stock_nobody"):
            services.stock_cases.ask_nobody()
