"""Memory of each process, and how soon after its start it says that it is ready."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial

from bench.figures import Chapter, Table, Target
from bench.processes import ROOT, Failed, Measured, children, cpu_s, resident_mb
from bench.rounds import Effort, Figures, alternate
from bench.surroundings import Surroundings
from tests.harness import free_port

ABOUT = """\
Real services, started as an operator starts them: `plumbline run SERVICE` against RabbitMQ and PostgreSQL, their
databases migrated before, and `plumbline up`, everything in one process on SQLite with an empty data folder, migrations
included. Ready is the first 200 of `/ready`; memory is what is resident a moment later. `up` has a child that works off
jobs, counted by itself."""
COLUMNS = ("process", "ready after s", "processor s until then", "memory MB", "memory of its child MB")
LONGEST_S = 60


def measure(surroundings: Surroundings, effort: Effort) -> Chapter:
    """Every service alone, and all in one."""
    chapter = Chapter("footprint", "Memory and start", ABOUT, [Table("Processes", COLUMNS)])
    services = sorted(path.parent.name for path in ROOT.glob("services/*/service.py"))
    env = _mesh(surroundings, services)
    parties: dict[str, Callable[[], Figures]] = {
        f"plumbline run {name}": partial(_start, env, "run", name) for name in services
    }
    parties["plumbline up"] = lambda: _start({**surroundings.embedded(), "PLUMBLINE_HTTP_PORT": "0"}, "up")
    for name, f in alternate(parties, effort.rounds).items():
        chapter.tables[0].rows.append([name, f["ready_s"], f["cpu_s"], f["mb"], f["child_mb"] or "–"])
        chapter.targets.append(Target(f"ready, {name}", f["ready_s"], "s", most=3))
        chapter.targets.append(Target(f"memory, {name}", max(f["mb"], f["child_mb"]), "MB", most=120))
    return chapter


def _mesh(surroundings: Surroundings, services: list[str]) -> dict[str, str]:
    """Settings of the services, their databases and queues made ready."""
    urls = {f"PLUMBLINE_DATABASE_URL_{name.upper()}": surroundings.postgres.database(name) for name in services}
    env = {**surroundings.embedded(), "PLUMBLINE_BROKER_URL": surroundings.broker.url, **urls}
    surroundings.plumbline(env, "topology", "apply")
    surroundings.plumbline(env, "migrate")
    return env


def _start(env: dict[str, str], *command: str) -> Figures:
    port = free_port()
    with Measured("plumbline.cli.main", *command, env={**env, "PLUMBLINE_HEALTH_PORT": str(port)}) as process:
        while not _ready(port):
            if process.ended or time.monotonic() > process.began + LONGEST_S:
                raise Failed(f"{' '.join(command)} does not get ready\n{process.log()[-3000:]}")
            time.sleep(0.005)
        ready, used = time.monotonic() - process.began, cpu_s(process.pid)
        time.sleep(1)
        held = [resident_mb(pid) for pid in children(process.pid)]
        return {"ready_s": ready, "cpu_s": used, "mb": resident_mb(process.pid), "child_mb": max(held, default=0.0)}


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
