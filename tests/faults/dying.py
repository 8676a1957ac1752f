"""Runs the town's services and kills itself at a point: ``python -m tests.faults.dying published 3 run speaker``."""

import plumbline.mesh.green  # noqa: F401 - first of all

# isort: split
import itertools
import os
import signal
import sys

from plumbline.mesh.broker.confirms import Confirms
from plumbline.mesh.events.applying import InboxClaim
from plumbline.mesh.events.receiver import Receiver
from plumbline.mesh.rpc.server import Server
from tests.mesh.town import run

#: Where a process may die: a method, and whether before or after it.
POINTS = {
    "acted": (Server, "_reply", "before"),  # committed, not answered
    "published": (Confirms, "publish", "after"),  # confirmed, not marked
    "received": (Receiver, "keep", "before"),  # delivered, not stored
    "stored": (Receiver, "keep", "after"),  # stored, not acknowledged
    "in effect": (InboxClaim, "_apply", "after"),  # the effect is written, the mark has not moved
    "applied": (InboxClaim, "performed", "before"),  # effect and mark are committed
}


def die_at(point: str, time: int) -> None:
    """From now on, kill this process when it passes the point for the n-th time."""
    owner, name, when = POINTS[point]
    method, passed = getattr(owner, name), itertools.count(1)

    def dying(*args, **kwargs):
        last = next(passed) == time
        if last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = method(*args, **kwargs)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, dying)


if __name__ == "__main__":
    die_at(sys.argv[1], int(sys.argv[2]))
    sys.exit(run.main(*sys.argv[3:]))
