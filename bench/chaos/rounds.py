"""Rounds of a long run: each breaks one thing, or everything, on fresh databases, and is judged by itself."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.chaos.table import Row
from bench.surroundings import SAFE
from tests.faults import faults
from tests.faults.disk import full_device
from tests.faults.hermit import Hermit, fill_the_disk, kill_again_and_again
from tests.faults.load import Load, Told
from tests.faults.scene import Scene
from tests.harness import PrivateBroker, PrivatePostgres
from tests.mesh.model.machine import search
from tests.mesh.model.world import make_databases

REPLICAS = ("speaker", "speaker-2", "hearer", "hearer-2")
#: A broker may be away for so many times longer than other faults are held.
LONG_AWAY = 6
ROUNDS = (*faults.ALONE, *faults.DOUBLED)


def over_servers(until: float, hold_s: float) -> Iterator[Row]:
    """Every fault once, and again until the time is over."""
    with PrivateBroker() as broker, PrivatePostgres(SAFE) as postgres:
        for number, fault in enumerate(itertools.cycle(ROUNDS)):
            if number >= len(ROUNDS) and time.monotonic() > until:
                return
            held = hold_s * (LONG_AWAY if fault is faults.broker_is_killed else 1)
            with tempfile.TemporaryDirectory(prefix="plumbline-chaos-") as folder:
                yield _round(Scene(broker, postgres, folder), fault, held)


def _round(scene: Scene, fault: Callable[[Scene, Load, float], None], hold_s: float) -> Row:
    with ExitStack() as stack:
        stack.callback(scene.close)
        for name in REPLICAS:
            scene.run(name, wait=False)
        scene.ready()
        load = Load(scene.town.settings, clients=4)
        try:
            load.until_done(200)
            fault(scene, load, hold_s)
            load.until_done(200, 120)
            told = scene.rest(load, 300)
            return _row(fault.__name__, told, scene)
        except AssertionError as breach:
            return Row(fault.__name__, breach=str(breach)[:2000])
        finally:
            load.stop()
            scene.heal()


def _row(name: str, told: Told, scene: Scene) -> Row:
    doubles = sum(scene.metric(hearer, "inbox_duplicates_total") for hearer in REPLICAS[2:])
    return Row(
        name.replace("_", " "), len(told.done) + told.shared_done.total(), len(told.undone),
        told.nobody_knows, told.longest_s, told.silence_s, int(doubles),
        scene.figures.get("take-over"),
    )  # fmt: skip


def alone(kills: int) -> Row:
    """Everything in one process, killed so often, each time at another step."""
    return _alone(f"one process killed {kills} times", lambda hermit: kill_again_and_again(hermit, kills))


def full_disk() -> Row:
    """Everything in one process, its disk full again and again."""
    with tempfile.TemporaryDirectory(prefix="plumbline-chaos-") as folder, full_device(Path(folder, "data")) as disk:
        return _alone("one process, disk full", lambda hermit: fill_the_disk(hermit, disk, 20), Path(folder, "data"))


def _alone(name: str, fault: Callable[[Hermit], None], folder: Path | None = None) -> Row:
    with tempfile.TemporaryDirectory(prefix="plumbline-chaos-") as other:
        hermit = Hermit(folder or Path(other, "data"))
        try:
            fault(hermit)
            told = hermit.rest(300)
        except AssertionError as breach:
            return Row(name, breach=str(breach)[:2000])
        finally:
            hermit.close()
    return Row(name, len(told.done) + told.shared_done.total(), len(told.undone), told.nobody_knows)


def model(seconds: float) -> Row:
    """The machine of tests/mesh/model, from one seed after the other."""
    until, first = time.monotonic() + seconds, int(time.time())
    seeds = itertools.takewhile(lambda _: time.monotonic() < until, itertools.count(first))
    runs = 0
    try:
        with tempfile.TemporaryDirectory(prefix="plumbline-chaos-") as folder:
            make_databases(Path(folder))
            for runs, seed in enumerate(seeds, 1):  # noqa: B007 - counted
                search(Path(folder), range(seed, seed + 1), examples=20, steps=100)
    except AssertionError as breach:
        return Row(f"state machine, seed {first + runs - 1}", breach=str(breach)[:2000])
    return Row(f"state machine, {20 * runs} runs")
