"""The town as processes, and the verdict over what was left when everything came to rest."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from typing import Any

import eventlet
import requests

from tests.faults.load import DEADLINE_S, TOLERANCE_S, Told
from tests.harness import Process, free_port, wait_for
from tests.mesh.town.town import Town

#: Stalls of the hub that are no fault of the code: SQLite syncs every commit to a disk that others use too.
ALLOWED_STALLS = ("do_commit", "sqlite")


class Scene:
    """Starts services of a town as processes; `verdict` says whether every promise was kept."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.processes: dict[str, Process] = {}
        self.health: dict[str, int] = {}

    def run(self, name: str, *command: str, **settings: Any) -> Process:
        """Start one process under a name of ours; waits until it is ready."""
        self.health[name] = free_port()
        changed = {f"PLUMBLINE_{key.upper()}": str(value) for key, value in settings.items()}
        environ = {**self.town.environ, **changed, "PLUMBLINE_HEALTH_PORT": str(self.health[name])}
        environ["PLUMBLINE_LOG_FORMAT"] = "json"
        command = command or ("run", name.split("-")[0])
        self.processes[name] = Process([sys.executable, "-m", "tests.mesh.town.run", *command], environ)
        self.again(name)
        return self.processes[name]

    def again(self, name: str, seconds: float = 30) -> None:
        """Start it (again) and wait until it is ready."""
        self.processes[name].start()
        self.ready(name, seconds)

    def ready(self, name: str, seconds: float = 30) -> None:
        """Wait until it says that it is ready."""
        process = self.processes[name]
        wait_for(lambda: self.get(name, "ready") == 200 or process.returncode is not None, seconds, f"{name} ready")
        assert process.returncode is None, process.log[-3000:]

    def get(self, name: str, path: str) -> int:
        """What its health port answers; 0 when it does not."""
        try:
            return requests.get(f"http://127.0.0.1:{self.health[name]}/{path}", timeout=2).status_code
        except requests.RequestException:
            return 0

    def metric(self, name: str, metric: str) -> float:
        """The sum of a metric's series in one process."""
        text = requests.get(f"http://127.0.0.1:{self.health[name]}/metrics", timeout=5).text
        lines = (line for line in text.splitlines() if line.startswith(metric))
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    def logged(self, event: str) -> list[dict]:
        """Log lines of this event, of all processes."""
        lines = (line for process in self.processes.values() for line in process.log.splitlines())
        found = (json.loads(line) for line in lines if f'"event":"{event}"' in line)
        return list(found)

    def at_rest(self, seconds: float = 60) -> None:
        """Wait until every event that was said has been applied."""
        with eventlet.Timeout(seconds, AssertionError(f"not at rest: {self.open()}")):
            while any(self.open()):
                eventlet.sleep(0.1)

    def forget_connections(self) -> None:
        """The test's own connections to a database that was gone are no use."""
        for database in self.town.databases.values():
            database.engine.dispose()

    def open(self) -> tuple[int, int]:
        """How many acts have no effect yet, and how many lanes are busy."""
        from plumbline.mesh.storage.tables import inbox_lane
        from tests.mesh.town import speaker

        versions = {row.id: row.version for row in self.town.rows("speaker", speaker.items)}
        lanes = self.town.rows("hearer", inbox_lane)
        applied = {row.aggregate: row.applied for row in lanes}
        behind = sum(applied.get(item, 0) < version for item, version in versions.items())
        return behind, sum(lane.state in ("new", "waiting") for lane in lanes)

    def verdict(self, told: Told) -> None:
        """Assert every promise."""
        effects = defaultdict(list)
        for item, sequence, count in self.town.heard():
            effects[item].append((sequence, count))
        wrong = {item: found for item, found in effects.items() if found != [(n, n) for n in range(1, len(found) + 1)]}
        assert not wrong, f"lost, doubled or out of order: {dict(list(wrong.items())[:3])}"
        assert told.done <= effects.keys(), f"done without effect: {list(told.done - effects.keys())[:3]}"
        assert not told.undone & effects.keys(), f"undone, with effect: {list(told.undone & effects.keys())[:3]}"
        short = {item: len(effects[item]) for item, count in told.shared.items() if len(effects[item]) < count}
        assert not short, f"acts on shared items without effect: {short}"
        assert told.faults == []
        assert told.longest_s < DEADLINE_S + TOLERANCE_S, f"a call took {told.longest_s:.1f} s"
        assert self.parked() == [], "parked for a failure of the machinery"
        assert [stall for stall in self.logged("hub_stalled") if not _allowed(stall)] == []

    def parked(self) -> list[Any]:
        """Lanes that wait for a person."""
        from plumbline.mesh.storage.tables import inbox_lane

        return [lane for lane in self.town.rows("hearer", inbox_lane) if lane.state == "parked"]

    def close(self) -> None:
        """End every process."""
        for process in self.processes.values():
            process.close()


def _allowed(stall: dict) -> bool:
    return not stall["stack"] or any(word in stall["stack"] for word in ALLOWED_STALLS)
