"""All services of the town in this one process, without a broker: ``python -m bench.roles.embedded``."""

import plumbline.mesh.green  # noqa: F401 - first of all

# isort: split
import time
from functools import partial
from typing import Any

import eventlet
from sqlalchemy import func, select

from bench.roles import acts, hosted
from plumbline.mesh.container import MeshContainer
from tests.mesh.town import hearer


def heard(container: MeshContainer) -> int:
    """How many events have had their effect."""
    assert container.runtime.database is not None
    with container.runtime.database.reading() as session:
        return session.execute(select(func.count()).select_from(hearer.heard)).scalar_one()


def say(
    speaker: MeshContainer, hearer: MeshContainer, count: int, each: int, writers: int, prefix: str
) -> dict[str, Any]:
    """Say events, and wait until the last has had its effect."""
    before, began = heard(hearer), time.perf_counter()
    said = acts.say(speaker, count // each, each, writers, prefix)
    with eventlet.Timeout(120, AssertionError("events did not arrive")):
        while heard(hearer) < before + count:
            eventlet.sleep(0.01)
    return {**said, "events_per_s": count / (time.perf_counter() - began)}


if __name__ == "__main__":
    containers = hosted.start("speaker", "hearer", prepare=True)
    hosted.obey(
        {
            "call": partial(acts.call, containers["hearer"]),
            "say": partial(say, containers["speaker"], containers["hearer"]),
        }
    )
