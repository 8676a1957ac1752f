"""The ways to come by a server, tried in order until one works."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from tests.harness.options import WAYS, option

RUNNING, INSTALLED, APT, DOCKER = "running", "installed", "apt", "docker"
NAMED, PRIVATE = "named by the caller", "private"  # always tried

T = TypeVar("T")


class NotThisWay(Exception):
    """Why one way did not lead to a server."""


class NoServer(NotThisWay):
    """No way led to a server; the text says what was tried."""


def first_that_works(what: str, ways: Mapping[str, Callable[[], T]]) -> T:
    """The server that the first working way gives."""
    allowed = {*(option(WAYS).split(",") if option(WAYS) else ways), NAMED, PRIVATE}
    tried = []
    for name, way in ways.items():
        try:
            if name not in allowed:
                raise NotThisWay(f"not tried, {WAYS} leaves it out")
            return way()
        except NotThisWay as reason:
            tried.append(f"{name}: {reason}")
    raise NoServer(f"the tests need {what}, and none was found or could be started" + "\n  ".join(["", *tried]))
