"""Calls from one process to another over the broker, beside three rivals."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from bench.figures import Chapter, Table, Target
from bench.processes import Measured, profiled, resident_mb
from bench.rivals import answers
from bench.rounds import Effort, Figures, Rounds, alternate, with_cpu
from bench.surroundings import Surroundings

ABOUT = """\
A process calls, another answers, RabbitMQ between them. Ours carries deadline, act, trace, metrics, the mandatory flag
and acknowledged requests, as always. Stock nameko is 2.14.1 with its defaults (`RpcProxy` in a worker). aio-pika is its
`JsonRPC` pattern with its defaults. Raw is py-amqp alone: direct reply-to, no acknowledgements, nothing carried.
Every answer is compared with the right one now and then; a wrong one ends the run."""
COLUMNS = ("reply", "callers", "who", "calls/s", "× stock", "p50 ms", "p99 ms", "caller µs", "service µs", "broker µs")
OURS, STOCK = "plumbline", "stock nameko"


def measure(surroundings: Surroundings, effort: Effort) -> Chapter:
    """Calls per second, their times and what they cost."""
    chapter = Chapter("rpc", "Calls over the broker", ABOUT, [Table("Calls", COLUMNS)])
    with ExitStack() as stack:
        pairs = {name: (_start(stack, *a), _start(stack, *b)) for name, (a, b) in _commands(surroundings).items()}
        for size, (method, request) in answers.SIZES.items():
            for callers in (1, 64):
                order = _order(method, request, callers, effort.seconds)
                runs = {name: _run(surroundings, pair, order) for name, pair in pairs.items()}
                _note(chapter, size, callers, alternate(runs, effort.rounds))
        service, caller = pairs[OURS]
        for name, process in (("service", service), ("caller", caller)):
            chapter.targets.append(
                Target(f"memory of our {name} after all calls", resident_mb(process.pid), "MB", most=120)
            )
        if chapter.missed:
            chapter.profiles = _profile(service, caller, _order("echo", answers.SMALL, 64, 4 * effort.seconds))
    return chapter


def _commands(surroundings: Surroundings) -> dict[str, tuple[Any, Any]]:
    """Service and caller of each party: arguments and settings."""
    env, url = surroundings.town(), surroundings.broker.url
    return {
        OURS: (("bench.roles.service", "speaker", env), ("bench.roles.service", "hearer", env)),
        STOCK: _pair("nameko", url),
        "aio-pika": _pair("aio_pika", url),
        "raw py-amqp": _pair("raw", url),
    }


def _pair(rival: str, url: str) -> tuple[Any, Any]:
    return (f"bench.rivals.{rival}_service", url, None), (f"bench.rivals.{rival}_caller", url, None)


def _start(stack: ExitStack, *command: Any) -> Measured:
    *arguments, env = command
    process = stack.enter_context(Measured(*arguments, env=env))
    process.ready()
    return process


def _order(method: str, request: dict, callers: int, seconds: float) -> dict[str, Any]:
    right = answers.METHODS[method](request)
    return {"method": method, "request": request, "right": right, "callers": callers, "seconds": seconds}


def _run(surroundings: Surroundings, pair: tuple[Measured, Measured], order: dict) -> Callable[[], Figures]:
    service, caller = pair
    pids = {"caller": caller.pid, "service": service.pid, "broker": surroundings.broker_pid}
    return lambda: with_cpu(pids, lambda: caller.ask("call", **order))


def _note(chapter: Chapter, size: str, callers: int, found: Rounds) -> None:
    for name, f in found.items():
        cost = [f["caller_us"], f["service_us"], f["broker_us"]]
        times = [f["per_s"], found.ratio(name, STOCK), f["p50_ms"], f["p99_ms"]]
        chapter.tables[0].rows.append([size, callers, name, *times, *cost])
    what = f"calls/s, {size}, {callers} {'caller' if callers == 1 else 'callers'}"
    chapter.targets.append(Target(what, found.ratio(OURS, STOCK), "× stock nameko", least=2.3, aimed=3))


def _profile(service: Measured, caller: Measured, order: dict) -> dict[str, list[tuple[str, float]]]:
    for process in (service, caller):
        process.ask("profile")
    caller.ask("call", **order)
    return {**profiled("our service, 64 callers", service), **profiled("our caller, 64 callers", caller)}
