"""Services of the town in this process, started as `plumbline run` and `plumbline up` start services."""

import plumbline.mesh.green  # noqa: F401 - first of all

# isort: split
from typing import Any

import eventlet
from eventlet import tpool

from bench import orders, profile
from plumbline.mesh import settings
from plumbline.mesh.container import MeshContainer
from plumbline.mesh.host import Host
from tests.mesh.town import run  # noqa: F401 - tells the kernel that the town's services are all there are
from tests.mesh.town.town import FACES


def start(*names: str, prepare: bool = False) -> dict[str, MeshContainer]:
    """Start services and wait until they are connected; the container of each."""
    host = Host(settings.load(services=FACES), names)
    if prepare:
        host.prepare()
    host.start()
    for container in host.containers:
        links = (container.runtime.incoming, container.runtime.outgoing)
        assert all(link.wait_up(20) for link in links), "no connection to the broker"
    return {container.service_name: container for container in host.containers}


def obey(handlers: dict[str, Any]) -> None:
    """Carry out orders, the hub going on meanwhile."""
    orders.ready()
    everything = {**handlers, **profile.HANDLERS}
    eventlet.spawn(orders.obey, everything, lambda: tpool.execute(orders.read)).wait()
