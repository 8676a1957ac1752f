"""Everything in one process, without a broker, on SQLite."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from bench.figures import Chapter, Table
from bench.processes import Measured, resident_mb
from bench.rivals import answers
from bench.rounds import Effort, Figures, alternate, with_cpu
from bench.surroundings import Surroundings

ABOUT = """\
Both services, the queues between them and their SQLite databases in one process, with the same promises: an event is
confirmed when its inbox row is committed."""
CALLS = ("reply, callers", "calls/s", "p50 ms", "p99 ms", "process µs")
EVENTS = ("events, 4 acts at once", "events/s end to end", "act p50 ms")


def measure(surroundings: Surroundings, effort: Effort) -> Chapter:
    """Calls and events per second."""
    chapter = Chapter("embedded", "Embedded", ABOUT, [Table("Calls", CALLS), Table("Events", EVENTS)])
    prefixes = (f"run{number}" for number in itertools.count())
    with Measured("bench.roles.embedded", env=surroundings.embedded()) as process:
        process.ready()
        loads = ((50, effort.events), (1, effort.events // 5))
        calls: dict[str, Callable[[], Figures]] = {}
        for size, (method, request) in answers.SIZES.items():
            for callers in (1, 64):
                calls[f"{size}, {callers} at once"] = _calling(process, method, request, callers, effort.seconds)
        for name, f in alternate(calls, effort.rounds).items():
            chapter.tables[0].rows.append([name, f["per_s"], f["p50_ms"], f["p99_ms"], f["process_us"]])
        events = {f"{each} to an act": _saying(process, count, each, prefixes) for each, count in loads}
        for name, f in alternate(events, effort.rounds).items():
            chapter.tables[1].rows.append([name, f["events_per_s"], f["act_p50_ms"]])
        chapter.about += f" After all of it the process held {resident_mb(process.pid):.0f} MB."
    return chapter


def _calling(process: Measured, method: str, request: dict, callers: int, seconds: float) -> Callable[[], Figures]:
    right = answers.METHODS[method](request)
    order = {"method": method, "request": request, "right": right, "callers": callers, "seconds": seconds}
    return lambda: with_cpu({"process": process.pid}, lambda: process.ask("call", **order))


def _saying(process: Measured, events: int, each: int, prefixes: Iterator[str]) -> Callable[[], Figures]:
    count = events // each * each
    return lambda: process.ask("say", count=count, each=each, writers=4, prefix=next(prefixes))
