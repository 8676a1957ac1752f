"""The town as processes on servers of its own, with a proxy before the broker."""

from __future__ import annotations

import json
import sys
import time
from contextlib import ExitStack
from typing import Any

import eventlet
import requests

from tests.faults.load import Load, Told
from tests.faults.verdict import unfinished, verdict
from tests.harness import PrivateBroker, PrivatePostgres, Process, Proxy, free_port, wait_for
from tests.harness.broker import greets
from tests.harness.databases import answers
from tests.mesh.conftest import without_queues
from tests.mesh.town.town import STORAGES, Town

#: Stalls of the hub that are no fault of the code, by a word in their stack.
ALLOWED_STALLS = {
    "do_commit": "SQLite syncs every commit to a disk that others use too",
    "_began": "so it does where a commit before it has to be checkpointed",
}


class Scene:
    """Services as processes; they reach the broker through the proxy, the clients go there directly."""

    def __init__(self, broker: PrivateBroker, postgres: PrivatePostgres, folder: str) -> None:
        self.broker, self.postgres = broker, postgres
        self.processes: dict[str, Process] = {}
        self.health: dict[str, int] = {}
        self.figures: dict[str, float] = {}
        self._stack = ExitStack()
        self.proxy = self._stack.enter_context(Proxy(broker.port))
        urls = {f"PLUMBLINE_DATABASE_URL_{name.upper()}": postgres.database(name) for name in STORAGES}
        direct = without_queues(broker.url)
        self.town = Town({
            "PLUMBLINE_DATA_DIR": folder, "PLUMBLINE_BROKER_URL": direct, "PLUMBLINE_HEARTBEAT_S": "2", **urls,
        })  # fmt: skip
        self.environ = {
            **self.town.environ, "PLUMBLINE_BROKER_URL": self.proxy.url_for(direct), "PLUMBLINE_STOP_ANNOUNCE_S": "1",
        }  # fmt: skip
        self._stack.callback(self.town.stop)

    def run(self, name: str, *, dying: tuple[str, int] | None = None, wait: bool = True, **settings: Any) -> Process:
        """Start speaker, hearer or speaker-2; `dying` names a point where it kills itself, and at which time."""
        self.health[name] = free_port()
        changed = {f"PLUMBLINE_{key.upper()}": str(value) for key, value in settings.items()}
        environ = {**self.environ, "PLUMBLINE_HEALTH_PORT": str(self.health[name]), **changed}
        program = ["tests.faults.dying", dying[0], str(dying[1])] if dying else ["tests.mesh.town.run"]
        command = [sys.executable, "-m", *program, "run", name.split("-")[0]]
        old = self.processes.get(name)
        if old is not None:
            old.close()
        self.processes[name] = self._stack.enter_context(Process(command, environ))
        if wait:
            self.ready(name)
        return self.processes[name]

    def again(self, name: str) -> None:
        """Start it again and wait until it is ready."""
        self.processes[name].start()
        self.ready(name)

    def end(self, name: str) -> None:
        """Stop it for good."""
        self.processes.pop(name).terminate()

    def ready(self, *names: str, seconds: float = 40) -> None:
        """Wait until these, or all, say that they are ready."""
        for name in names or self.processes:
            process = self.processes[name]
            wait_for(lambda n=name: self.get(n, "ready") == 200 or self._ended(n), seconds, f"{name} ready")  # type: ignore[misc]
            assert process.returncode is None, process.log[-3000:]

    def not_ready(self, name: str, seconds: float = 15) -> None:
        """Wait until it says that it is not ready; it must live all the same."""
        wait_for(lambda: self.get(name, "ready") == 503, seconds, f"{name} not ready")
        assert self.get(name, "live") == 200

    def _ended(self, name: str) -> bool:
        return self.processes[name].returncode is not None

    def get(self, name: str, path: str) -> int:
        """What its health port answers; 0 when it does not."""
        try:
            return requests.get(f"http://127.0.0.1:{self.health[name]}/{path}", timeout=2).status_code
        except requests.RequestException:
            return 0

    def metric(self, name: str, metric: str) -> float:
        """The sum of a metric's series in one process."""
        text = requests.get(f"http://127.0.0.1:{self.health[name]}/metrics", timeout=5).text
        lines = (line for line in text.splitlines() if line.startswith(f"plumbline_{metric}"))
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    def logged(self, event: str) -> list[dict]:
        """Log lines of this event, of all processes."""
        return [line for process in self.processes.values() for line in _lines(process.log, event)]

    def relay_holder(self) -> str:
        """Which process sends the speaker's events."""
        began = {
            name: [line["time"] for line in _lines(process.log, "relay_active") if line["service"] == "speaker"]
            for name, process in self.processes.items()
        }
        return max((times[-1], name) for name, times in began.items() if times)[1]

    def rest(self, load: Load, seconds: float = 60) -> Told:
        """End the load, wait until everything has come to rest, and judge."""
        told = load.stop()
        for database in self.town.databases.values():
            database.engine.dispose()  # connections of the test to a database that was gone are no use
        give_up = time.monotonic() + seconds
        while found := unfinished(self.town):
            assert time.monotonic() < give_up, f"not at rest after {seconds} s: {found[:3]}"
            eventlet.sleep(0.1)
        verdict(self.town, told)
        stalls = [stall for stall in self.logged("hub_stalled") if not _allowed(stall)]
        assert stalls == [], "the hub stalled"
        dead = [name for name, process in self.processes.items() if process.returncode is not None]
        assert dead == [], "ended by itself"
        return told

    def heal(self) -> None:
        """Whatever was broken works again."""
        self.proxy.heal()
        if not greets(self.broker.port):
            self.broker.start()
        if not answers(self.postgres.admin_url):
            self.postgres.start()
        for name, process in self.processes.items():
            if process.returncode is not None:
                self.run(name)

    def close(self) -> None:
        """End every process."""
        self._stack.close()


def _lines(log: str, event: str) -> list[dict]:
    return [json.loads(line) for line in log.splitlines() if f'"event":"{event}"' in line]


def _allowed(stall: dict) -> bool:
    """One without a stack was over before it could be looked at: the interpreter itself was held up."""
    return not stall["stack"] or any(word in stall["stack"] for word in ALLOWED_STALLS)
