"""The town alone in one process on SQLite, from outside: begun, killed, stopped and judged."""

from __future__ import annotations

import itertools
import sys
import time
from collections import Counter
from pathlib import Path

import eventlet
import requests

from tests.faults.disk import Disk, Limit
from tests.faults.dying import POINTS
from tests.faults.load import Told
from tests.faults.verdict import unfinished, verdict
from tests.harness import Process, free_port, wait_for
from tests.mesh.town.town import Town

_names = itertools.count()


class Hermit:
    """One process with its clients; its journal says what they were told."""

    def __init__(self, folder: Path) -> None:
        self.journal = folder.with_name(f"{folder.name}.journal")
        self.town = Town({"PLUMBLINE_DATA_DIR": str(folder), "PLUMBLINE_BROKER_URL": f"inproc:///hermit{next(_names)}"})
        self.health = free_port()
        self.process: Process | None = None

    def start(self, *death: str) -> Process:
        """Begin; with a point and a time of its death, if need be."""
        environ = {**self.town.environ, "PLUMBLINE_HEALTH_PORT": str(self.health), "PLUMBLINE_CATCH_UP_S": "0.5"}
        if self.process is not None:
            self.process.close()
        self.process = Process([sys.executable, "-m", "tests.faults.alone", str(self.journal), *death], environ)
        return self.process.start()

    def words(self) -> Counter[str]:
        """How many acts were asked for, done, undone, unknown."""
        return Counter(line.split()[0] for line in self._lines())

    def _lines(self) -> list[str]:
        return self.journal.read_text().splitlines() if self.journal.exists() else []

    def until(self, word: str, more: int, seconds: float = 30) -> None:
        """Until so many more acts have ended so."""
        wanted = self.words()[word] + more
        wait_for(lambda: self.words()[word] >= wanted, seconds, f"{more} more acts {word}, of {self.words()}")

    def ready(self) -> bool:
        """Whether it says so."""
        try:
            return requests.get(f"http://127.0.0.1:{self.health}/ready", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def told(self) -> Told:
        """What its clients were told; an act without an end is one nobody knows about."""
        told, asked = Told(), Counter[str]()
        for word, item in (line.split() for line in self._lines()):
            shared = item.startswith("shared")
            if word == "asked":
                asked[item] += 1
                continue
            asked[item] -= 1
            if shared:
                {"done": told.shared_done, "unknown": told.shared_unknown}.get(word, Counter()).update([item])
            else:
                getattr(told, word).add(item)
        for item in (+asked).elements():
            if item.startswith("shared"):
                told.shared_unknown.update([item])
            else:
                told.unknown.add(item)
        return told

    def rest(self, seconds: float = 40) -> Told:
        """Stop it in good order, run it once more without its clients' load if need be, and judge."""
        assert self.process is not None and self.process.terminate() == 0
        give_up = time.monotonic() + seconds
        self.town.start("hearer", "speaker")
        while found := unfinished(self.town):
            assert time.monotonic() < give_up, f"not at rest after {seconds} s: {found[:3]}"
            eventlet.sleep(0.05)
        told = self.told()
        verdict(self.town, told)
        return told

    def close(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.close()
        self.town.stop()


def kill_again_and_again(hermit: Hermit, times: int) -> None:
    """Each time at the next point, after a number of passes that differs; the last one lives."""
    for number, point in zip(range(times), itertools.cycle(POINTS), strict=False):
        process = hermit.start(point, str(2 + 5 * number % 23))
        wait_for(lambda process=process: process.returncode == -9, 60, f"death when {point}")  # type: ignore[misc]
    hermit.start()
    hermit.until("done", 20)


def fill_the_disk(hermit: Hermit, disk: Disk | Limit, times: int) -> None:
    """Acts are not done while there is no room, by a process that goes on living; then they are again."""
    process = hermit.start()
    for _ in range(times):
        hermit.until("done", 30)
        disk.fill(process.pid)
        hermit.until(disk.told, 20)
        assert hermit.ready(), "it must go on"
        disk.free(process.pid)
    hermit.until("done", 30)
