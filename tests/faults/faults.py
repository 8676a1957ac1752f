"""What can happen to a running town; each fault is begun, held, and ended, and acts are done again after it."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import closing

from tests.faults.load import DEADLINE_S, Load, Told
from tests.faults.scene import Scene
from tests.harness import wait_for
from tests.harness.databases import connect
from tests.harness.rabbitmq import VHOST


def suffer(scene: Scene, load: Load, fault: Callable[[Scene, Load, float], None], hold_s: float) -> Told:
    """Acts, a fault under load, acts again; then every promise is looked at."""
    load.until_done()
    fault(scene, load, hold_s)
    load.until_done()
    return scene.rest(load)


def broker_restarts(scene: Scene, load: Load, hold_s: float) -> None:
    """It closes every connection and comes back."""
    scene.broker.stop()
    load.run(hold_s)
    scene.broker.start()


def broker_is_killed(scene: Scene, load: Load, hold_s: float) -> None:
    """It closes nothing and is away for a while; calls fail, nobody dies, nobody is ready."""
    scene.broker.kill()
    scene.not_ready("hearer")
    undone = len(load.told.undone)
    load.run(hold_s)
    assert len(load.told.undone) > undone, "without a broker a call fails at once"
    scene.broker.start()


def broker_takes_nothing_in(scene: Scene, load: Load, hold_s: float) -> None:
    """A memory alarm blocks everyone who publishes."""
    scene.broker.alarm(True)
    try:
        load.run(DEADLINE_S + 1)
        undone, done = len(load.told.undone), len(load.told.done)
        load.run(hold_s)
        assert len(load.told.done) == done, "nothing can be sent"
        assert len(load.told.undone) > undone, "a blocked call fails at once"
    finally:
        scene.broker.alarm(False)


def connection_is_half_open(scene: Scene, load: Load, hold_s: float) -> None:
    """Every byte between services and broker vanishes; only the absence of heartbeats can tell."""
    scene.proxy.half_open()
    scene.not_ready("speaker")
    load.run(hold_s)
    scene.proxy.heal()


def connection_stalls(scene: Scene, load: Load, hold_s: float) -> None:
    """Nobody reads at the other end, so that writes hang; later everything arrives after all."""
    scene.proxy.stall()
    load.run(hold_s)
    scene.proxy.heal()


def connection_is_cut(scene: Scene, load: Load, hold_s: float) -> None:
    """Every connection is reset, and every new one, for a while."""
    scene.proxy.cut()
    load.run(hold_s)
    scene.proxy.heal()


def database_restarts(scene: Scene, load: Load, hold_s: float) -> None:
    """PostgreSQL drops everyone in the middle of what they do, recovers and is there again."""
    scene.postgres.stop("immediate")
    load.run(hold_s)
    scene.postgres.start()


def database_is_killed(scene: Scene, load: Load, hold_s: float) -> None:
    """PostgreSQL is away for a while; nobody dies, nobody is ready."""
    scene.postgres.kill()
    scene.not_ready("speaker")
    load.run(hold_s)
    scene.postgres.start()


def row_is_locked(scene: Scene, load: Load, hold_s: float) -> None:
    """Somebody else holds rows that many acts want, and so one connection of the pool after the other."""
    with closing(connect(scene.town.settings.database_url("speaker"))) as stranger, stranger.cursor() as cursor:
        cursor.execute("SELECT id FROM items WHERE id LIKE '%shared%' FOR UPDATE")
        load.run(hold_s)


def speaker_is_killed(scene: Scene, load: Load, hold_s: float) -> None:
    """It is started again; what it was doing is unknown to who asked."""
    scene.processes["speaker"].kill9()
    load.run(hold_s)
    scene.again("speaker")


def hearer_is_killed(scene: Scene, load: Load, hold_s: float) -> None:
    """Acts go on without it, and what waits for it in the broker is lost; when it is back it finds everything."""
    scene.processes["hearer"].kill9()
    load.run(hold_s)
    wait_for(lambda: _emptied(scene, "hearer.from.speaker"), 30, "the queue emptied")
    scene.again("hearer")


def _emptied(scene: Scene, queue: str) -> bool:
    """A quorum queue takes a while after a restart of the broker until it has a leader."""
    try:
        scene.broker.ctl("purge_queue", queue, "-p", VHOST)
    except RuntimeError:
        return False
    return True


def relay_holder_is_killed(scene: Scene, load: Load, hold_s: float) -> None:
    """The process whose relay sends dies; the one that stood by takes over."""
    holder = scene.relay_holder()
    scene.processes[holder].kill9()
    began = time.monotonic()
    wait_for(lambda: scene.relay_holder() != holder, 10, "the other relay in office")
    scene.figures["take-over"] = time.monotonic() - began
    load.run(hold_s)
    scene.again(holder)


def speaker_is_stopped(scene: Scene, load: Load, hold_s: float) -> None:
    """In good order, while another goes on: nobody who asked may notice."""
    unknown, undone = len(load.told.unknown), len(load.told.undone)
    assert scene.processes["speaker"].signal(signal.SIGTERM) == 0
    load.run(hold_s)
    assert (len(load.told.unknown), len(load.told.undone)) == (unknown, undone), "somebody noticed"
    scene.again("speaker")


#: Faults of one speaker and one hearer, and those that need a second speaker.
ALONE: tuple[Callable[[Scene, Load, float], None], ...] = (
    broker_restarts, broker_is_killed, broker_takes_nothing_in,
    connection_is_half_open, connection_stalls, connection_is_cut,
    database_restarts, database_is_killed, row_is_locked,
    speaker_is_killed, hearer_is_killed,
)  # fmt: skip
DOUBLED = (relay_holder_is_killed, speaker_is_stopped)
