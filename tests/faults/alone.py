"""The town in one process, with clients in it who write down what they are told, so that it may be killed.

``python -m tests.faults.alone JOURNAL [POINT TIME]``
"""

import plumbline.mesh.green  # noqa: F401 - first of all

# isort: split
import os
import sys

import eventlet

from plumbline.mesh import settings
from plumbline.mesh.errors import CallFailed, TimedOut
from plumbline.mesh.host import Host
from tests.faults.dying import die_at
from tests.faults.load import DEADLINE_S, TIMES
from tests.mesh.town.run import make_the_town_the_city
from tests.mesh.town.town import FACES

CLIENTS = 4


class Client:
    """Acts all the time; says so in the journal before, and how it ended after."""

    def __init__(self, name: str, journal: int, host: Host) -> None:
        self.name, self.journal = name, journal
        self.call = host.containers[-1].runtime.client.call

    def act(self) -> None:
        """For ever."""
        number = 0
        while True:
            number += 1
            item = f"shared-{number % 3}" if number % 5 == 0 else f"{self.name}-{number}"
            self._note("asked", item)
            self._note(self._one(item), item)
            eventlet.sleep(0.01)

    def _one(self, item: str) -> str:
        try:
            self.call("speaker", "add", {"id": item, "times": TIMES}, DEADLINE_S)
            return "done"
        except TimedOut:
            return "unknown"
        except CallFailed:
            return "undone"

    def _note(self, word: str, item: str) -> None:
        os.write(self.journal, f"{word} {item}\n".encode())


def main(path: str, *death: str) -> int:
    """Run until killed or stopped."""
    if death:
        die_at(death[0], int(death[1]))
    host = Host(settings.load(services=FACES), tuple(FACES))
    host.prepare()
    host.start()
    journal = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    for number in range(CLIENTS):
        eventlet.spawn(Client(f"{os.getpid()}-{number}", journal, host).act)
    host.wait()
    host.stop()
    return 0


if __name__ == "__main__":
    make_the_town_the_city()
    sys.exit(main(*sys.argv[1:]))
