"""Acts that say an event beside the same acts that say none, on PostgreSQL."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from bench.figures import Chapter, Table, Target
from bench.processes import Failed, Measured
from bench.rounds import Effort, Figures, Rounds, alternate, with_cpu
from bench.surroundings import Surroundings, run_sql
from tests.harness.programs import postgres_program
from tests.harness.ways import NotThisWay

ABOUT = """\
One act reads and locks a row, updates it and commits. With the outbox it also writes the event it says, in the same
transaction, and is judged by the unit of work (version, deadline, nothing unsaid). Without, it is SQLAlchemy on the
same engine; pgbench sends the same statements from C, without and with the outbox row. No relay runs."""
COLUMNS = ("concurrent", "who", "acts/s", "÷ SQLAlchemy", "÷ pgbench", "p50 ms", "p99 ms", "our µs an act")
SEED = "INSERT INTO items SELECT 'item-' || n, 0, 0 FROM generate_series(0, 999) n"
ACT = """\
\\set id random(0, 999)
BEGIN;
SELECT id, version, count FROM items WHERE id = 'item-:id' FOR UPDATE;
UPDATE items SET version = version + 1, count = count + 1 WHERE id = 'item-:id' RETURNING version \\gset
"""
EVENT = """\
INSERT INTO outbox (id, type, aggregate, sequence, occurred_at, recorded_at, data) VALUES (gen_random_uuid()::text,
'item_changed.v1', 'item-:id', :version, now(), now(), '{"count": :version}');
"""
OURS, PLAIN, BENCH, BENCH_EVENT = (
    "plumbline with outbox",
    "SQLAlchemy without",
    "pgbench without",
    "pgbench with outbox row",
)


def measure(surroundings: Surroundings, effort: Effort) -> Chapter:
    """Acts per second, alone and side by side."""
    chapter = Chapter("writes", "A write and its event", ABOUT, [Table("Acts", COLUMNS)])
    env = surroundings.town()
    url = env["PLUMBLINE_DATABASE_URL_SPEAKER"]
    run_sql(url, SEED)
    with Measured("bench.roles.writer", env=env) as writer:
        writer.ready()
        for writers in (1, 16):
            parties: dict[str, Callable[[], Figures]] = {
                name: _asking(writer, order, writers, effort.seconds)
                for name, order in ((OURS, "with"), (PLAIN, "without"))
            }
            parties |= _pgbench(surroundings, url, writers, effort.seconds)
            _note(chapter, writers, alternate(parties, effort.rounds))
    said, changed = run_sql(url, "SELECT (SELECT count(*) FROM outbox), (SELECT sum(count) FROM items)")[0]
    if not 0 < said < changed or run_sql(url, "SELECT 1 FROM items WHERE count <> version"):
        raise Failed(f"{said} events and {changed} changes do not fit together")
    return chapter


def _asking(writer: Measured, order: str, writers: int, seconds: float) -> Callable[[], Figures]:
    return lambda: with_cpu({"writer": writer.pid}, lambda: writer.ask(order, writers=writers, seconds=seconds))


def _note(chapter: Chapter, writers: int, found: Rounds) -> None:
    for name, f in found.items():
        ratios = [found.ratio(name, PLAIN), found.ratio(name, BENCH) if BENCH in found else "–"]
        chapter.tables[0].rows.append(
            [writers, name, f["per_s"], *ratios, f["p50_ms"], f.get("p99_ms", "–"), f.get("writer_us", "–")]
        )
    what = f"acts/s with outbox, {writers} at once"
    chapter.targets.append(Target(what, found.ratio(OURS, PLAIN), "× the same without", aimed=0.75))


def _pgbench(surroundings: Surroundings, url: str, clients: int, seconds: float) -> dict[str, Callable[[], Figures]]:
    """Runs of pgbench; none where it is not installed."""
    try:
        program = postgres_program("pgbench")
    except NotThisWay:
        return {}
    folder = Path(surroundings.folder())
    scripts = {BENCH: ACT + "COMMIT;\n", BENCH_EVENT: ACT + EVENT + "COMMIT;\n"}
    for name, script in scripts.items():
        (folder / name).write_text(script)

    def runs(name: str) -> Callable[[], Figures]:
        where = urlsplit(url)
        target = ["-h", str(where.hostname), "-p", str(where.port), "-U", str(where.username), where.path[1:]]
        length = ["-T", str(max(round(seconds), 1)), "-c", str(clients), "-n", "-f", str(folder / name)]
        return lambda: _one(name, [program, *length, *target])

    return {name: runs(name) for name in scripts}


def _one(name: str, command: list[str]) -> Figures:
    plain = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    done = subprocess.run(command, capture_output=True, text=True, env=plain, check=False)
    rate, latency = re.search(r"tps = ([\d.]+)", done.stdout), re.search(r"latency average = ([\d.]+)", done.stdout)
    if done.returncode or rate is None or latency is None:
        raise Failed(f"{name}: {done.stderr[-500:]}")
    return {"per_s": float(rate[1]), "p50_ms": float(latency[1])}
