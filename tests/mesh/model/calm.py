"""Everything works again and gets the time it needs."""

from plumbline.mesh.events import parked
from tests.mesh.model.world import World

ROUNDS = 40


def calm_down(world: World) -> None:
    """Send, deliver, store, catch up and apply until nothing moves; a person has parked lanes tried again."""
    world.to_fail.clear()
    world.new_relay(0)
    world.relays[0].begin()
    world.office = world.relays[0]
    for _ in range(ROUNDS):
        world.clock.pass_by(120)
        _send(world)
        _receive(world)
        world.catch_up.run_once()
        _replay(world)
        _apply(world)
        if not _open(world):
            return


def _send(world: World) -> None:
    for _ in range(ROUNDS):
        if not world.relays[0].turn():
            return


def _receive(world: World) -> None:
    world.broker.deliver(world.receiver, len(world.broker.ready))
    while world.receiver._waiting:
        world.receiver.turn()


def _apply(world: World) -> None:
    for _ in range(ROUNDS):
        if not world.loop.turn():
            return


def _replay(world: World) -> None:
    with world.hearer.writing() as session:
        for found in parked.parked(session):
            parked.replay(session, found.source, found.aggregate, by="an officer", reason="mended")
        session.commit()


def _open(world: World) -> list[tuple]:
    unsent = world.see("speaker", "SELECT 1 FROM outbox WHERE sent_at IS NULL")
    return unsent + world.see("hearer", "SELECT 1 FROM inbox_lane WHERE state != 'idle'")
