"""What a caller may tell the harness, taken out of the environment so that no service under test reads it."""

import os

_PREFIX = "PLUMBLINE_TEST_"

BROKER_URL = "PLUMBLINE_TEST_BROKER_URL"  # a running RabbitMQ: amqp://user:password@host:port
BROKER_CTL = "PLUMBLINE_TEST_BROKER_CTL"  # the command that administers it, if it is not plain rabbitmqctl
POSTGRES_URL = "PLUMBLINE_TEST_POSTGRES_URL"  # a running PostgreSQL: postgresql://user:password@host:port/database
SHARE = "PLUMBLINE_TEST_SHARE"  # a folder in which test processes working on one suite leave their claims
SAID = "PLUMBLINE_TEST_SAID"  # set by whoever has shown already which servers are used
WAYS = "PLUMBLINE_TEST_WAYS"  # which ways to find a server may be tried: running,installed,apt,docker

_TAKEN = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(_PREFIX)}


def option(name: str) -> str:
    """What the caller set, or nothing."""
    return _TAKEN.get(name, "")


def options() -> dict[str, str]:
    """All that was set, for a child that runs the harness too."""
    return dict(_TAKEN)
