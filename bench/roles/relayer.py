"""Sends what is unsent in the outbox, as a service's relay does: ``python -m bench.roles.relayer``."""

import plumbline.mesh.green  # noqa: F401 - first of all

# isort: split
import time
from functools import partial

import eventlet

from bench.roles import hosted
from plumbline.mesh import settings
from plumbline.mesh.events import sending
from plumbline.mesh.events.relay import Relay
from plumbline.mesh.settings import Settings
from plumbline.mesh.storage.database import Database
from tests.mesh.town.town import FACES


def send(chosen: Settings, rows: int) -> dict[str, float]:
    """Begin, send everything, end; from the moment the relay is active."""
    database = Database(chosen.database_url("speaker"), pool=4)
    relay = Relay("speaker", database, database.engine, chosen.broker_url, heard=True, batch=chosen.relay_batch)
    relay.start()
    with eventlet.Timeout(120, AssertionError("rows stay unsent")):
        while not relay.active:
            eventlet.sleep(0.001)
        began = time.perf_counter()
        while _unsent(database):
            eventlet.sleep(0.005)
    seconds = time.perf_counter() - began
    relay.stop()
    database.close()
    return {"calls": rows, "per_s": rows / seconds}


def _unsent(database: Database) -> bool:
    with database.reading() as session:
        return session.execute(sending.unsent(1)).first() is not None


if __name__ == "__main__":
    hosted.obey({"send": partial(send, settings.load(services=FACES))})
