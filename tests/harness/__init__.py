"""Servers, processes and faults for the tests. Nothing here is part of the product."""

from tests.harness.broker import PrivateBroker
from tests.harness.postgres import PrivatePostgres
from tests.harness.process import Process
from tests.harness.proxy import Proxy
from tests.harness.servers import SharedBroker, SharedPostgres, open_broker, open_postgres
from tests.harness.waiting import free_port, wait_for

__all__ = [
    "PrivateBroker",
    "PrivatePostgres",
    "Process",
    "Proxy",
    "SharedBroker",
    "SharedPostgres",
    "free_port",
    "open_broker",
    "open_postgres",
    "wait_for",
]
