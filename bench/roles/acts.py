"""What the services of the town are made to do: call each other, and say events."""

import plumbline.mesh.green  # noqa: F401 - first of all

# isort: split
import time
from typing import Any

import eventlet

from bench.load import Load, share
from plumbline.mesh import clock, context as contexts, traces
from plumbline.mesh.container import MeshContainer
from plumbline.mesh.context import Context
from plumbline.mesh.service import Neighbour, Units
from tests.mesh.town import speaker, wire


def act() -> Context:
    """What an act that came in at the gateway carries."""
    return Context(
        request_id=contexts.new_request_id(),
        traceparent=traces.new_traceparent(),
        client="bench",
        agency="330100",
        officer="33010012345",
        purpose="performance",
        legal_now=clock.utcnow(),
        deadline=time.time() + 5,
    )


def call(container: MeshContainer, method: str, request: dict, right: Any, callers: int, seconds: float) -> dict:
    """Call the speaker as often as possible, each call within an act of its own."""
    load = Load(seconds, right)
    neighbour = Neighbour(wire.SPEAKER).bind(container, "speaker").get_dependency(None)

    def go_on() -> None:
        while load.goes_on:
            began = time.perf_counter()
            with contexts.use(act()):
                answer = getattr(neighbour, method)(request)
            load.note(began, answer)

    for greenlet in [eventlet.spawn(go_on) for _ in range(callers)]:
        greenlet.wait()
    return load.result()


def say(container: MeshContainer, acts: int, each: int, writers: int, prefix: str, per_s: float = 0) -> dict:
    """Commit acts that say `each` events about an item of their own; `per_s` acts a second, or as many as possible."""
    units = Units(speaker.STORAGE, container.runtime)
    numbers = iter(range(acts))
    times: list[float] = []
    began = time.perf_counter()

    def write() -> None:
        for number in numbers:
            if per_s:
                eventlet.sleep(max(began + number / per_s - time.perf_counter(), 0))
            at = time.perf_counter()
            with contexts.use(act()), units() as work:
                item = speaker.Item(f"{prefix}-{number}")
                work.items.add(item)
                for _ in range(each):
                    item.count += 1
                    work.say(item, wire.ItemChanged, {"count": item.count})
                work.commit()
            times.append(time.perf_counter() - at)

    for writer in [eventlet.spawn(write) for _ in range(writers)]:
        writer.wait()
    return {"acts_per_s": acts / (time.perf_counter() - began), "act_p50_ms": 1000 * share(sorted(times), 0.5)}
