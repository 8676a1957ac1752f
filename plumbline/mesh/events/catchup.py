"""Catching up: what the broker lost, or carried before a consumer existed, is fetched from its source's outbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import eventlet
from eventlet.event import Event

from plumbline.contracts.envelope import Envelope
from plumbline.mesh.errors import MeshError
from plumbline.mesh.events import hearing
from plumbline.mesh.events.receiver import Receiver
from plumbline.mesh.logs import get_logger

log = get_logger(__name__)
PAGE = 200
#: While nothing can be received, events are fetched, this often.
FETCH_S = 2.0


class CatchUp:
    """Compares what was received with what the source has said: when asked, and every `every_s` seconds."""

    def __init__(self, receiver: Receiver, ask: Callable[[str, str, dict], Any], *, every_s: float) -> None:
        self.receiver, self.ask, self.every_s = receiver, ask, every_s
        self._wanted: Event = Event()
        self._thread: Any = None
        receiver.on_gap = self.want

    def start(self) -> None:
        """Run in the background."""
        self._thread = eventlet.spawn(self._run)

    def stop(self) -> None:
        """Stop at once; nothing is lost by that."""
        if self._thread is not None:
            self._thread.kill()

    def want(self) -> None:
        """Look soon."""
        if not self._wanted.ready():
            self._wanted.send(None)

    def _run(self) -> None:
        eventlet.sleep(0.05)
        while True:
            self._wanted = Event()
            try:
                self.run_once()
            except MeshError as error:
                log.info(
                    "catch_up_later", service=self.receiver.service, source=self.receiver.source, error=str(error)[:100]
                )
                eventlet.sleep(1)
                continue
            except Exception as error:
                log.warning(
                    "catch_up_failed",
                    service=self.receiver.service,
                    error=type(error).__name__,
                    detail=str(error)[:300],
                )
                eventlet.sleep(1)
                continue
            with eventlet.Timeout(self.every_s if self.receiver.link.up else min(self.every_s, FETCH_S), False):
                self._wanted.wait()
                eventlet.sleep(0.2)  # what looked missing is often only on its way

    def run_once(self) -> int:
        """Fetch what is missing; returns how many events came. A raised epoch means reading all of it again."""
        receiver, source, fetched, restored = self.receiver, self.receiver.source, 0, False
        with receiver.database.reading(receiver.engine) as session:
            since = epoch, began = hearing.received(session, source)
        position = max(began, 0)
        while True:
            page = self.ask(source, "events_after", {"position": position, "limit": PAGE})
            if page["epoch"] > epoch and not restored:
                log.warning("source_restored", service=receiver.service, source=source, epoch=page["epoch"])
                restored, position = True, 0
                continue
            if events := [Envelope.from_wire(wire) for wire in page["events"]]:
                receiver.keep(events)
                fetched += len(events)
            if page["next"] == position:
                break
            position = page["next"]
        with receiver.database.writing(receiver.engine) as session:
            hearing.note_received(session, source, page["epoch"], position, since=since)
            session.commit()
        return fetched
