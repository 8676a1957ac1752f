"""Writes the same rows with an event and without one: ``python -m bench.roles.writer``."""

import plumbline.mesh.green  # noqa: F401 - first of all

# isort: split
import itertools
import time
from collections.abc import Callable
from functools import partial

import eventlet

from bench.load import Load
from bench.roles import acts, hosted
from plumbline.mesh import context as contexts, settings
from plumbline.mesh.storage.database import Database
from plumbline.mesh.storage.work import OpenWork
from tests.mesh.town import speaker, wire
from tests.mesh.town.town import FACES

ITEMS = 1000


def with_event(database: Database, item_id: str) -> None:
    """One more, said: a unit of work of ours."""
    with contexts.use(acts.act()), OpenWork(speaker.STORAGE, database, lambda said: None, write=True) as work:
        item = work.items.find(item_id)
        item.count += 1
        work.say(item, wire.ItemChanged, {"count": item.count})
        work.commit()


def without_event(database: Database, item_id: str) -> None:
    """One more, by SQLAlchemy alone on the same engine."""
    with database.writing() as session:
        item = session.get(speaker.Item, item_id, with_for_update=True)
        assert item is not None
        item.count += 1
        item.version += 1
        session.flush()
        session.commit()


def write(database: Database, act: Callable[[Database, str], None], writers: int, seconds: float) -> dict:
    """As many acts as possible, no two on one item at once."""
    load = Load(seconds, None)

    def go_on(first: int) -> None:
        for number in itertools.cycle(range(first, ITEMS, writers)):
            if not load.goes_on:
                return
            began = time.perf_counter()
            act(database, f"item-{number}")
            load.note(began, None)

    for greenlet in [eventlet.spawn(go_on, first) for first in range(writers)]:
        greenlet.wait()
    return load.result()


if __name__ == "__main__":
    database = Database(settings.load(services=FACES).database_url("speaker"), pool=16)
    hosted.obey({"with": partial(write, database, with_event), "without": partial(write, database, without_event)})
