"""Says from outside whether the process lives, whether it can take work, and what it has counted."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any

import eventlet

from plumbline.mesh import metrics
from plumbline.mesh.health_server import Answer, Server
from plumbline.mesh.logs import get_logger

log = get_logger(__name__)

#: What every service must have before it is ready.
PARTS = ("broker", "database", "schema", "accepting")
NOT_FOUND = Answer(404, b'{"paths":["/live","/ready","/metrics"]}')
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Health:
    """The health port of one process.

    The hub writes finished answers here once a second or when something changes; the thread that serves them reads
    attributes and nothing else, so it answers at once even while the hub is frozen.
    """

    TICK_S = 1.0
    LIVE_S = 30.0
    FRESH_S = 1.0
    #: How long a scrape waits for fresh metrics before it gets the last ones.
    SCRAPE_S = 2.0

    def __init__(self, host: str, port: int, services: Iterable[str] = ()) -> None:
        self._address = (host, port)
        self._parts: dict[str, dict[str, dict[str, Any]]] = {}
        self._stopping = False
        self._scraped = False
        self._ticked = time.monotonic()
        self._metrics = (float("-inf"), b"")
        for service in services:
            self._known(service)
        self._ready = self._readiness()

    def start(self) -> None:
        """Begin to answer; raises OSError where the port is taken."""
        self._server = Server(*self._address, self._answer)
        self._server.start()
        self._ticker = eventlet.spawn(self._tick)

    @property
    def port(self) -> int:
        """The port it answers on."""
        return self._server.port

    def set(self, service: str, part: str, ok: bool, detail: str = "") -> None:
        """`part` of `service` is as it should be, or not; seen from outside at once."""
        state = {"ok": ok, "detail": detail} if detail else {"ok": ok}
        if self._known(service).get(part) != state:
            self._parts[service][part] = state
            self._ready = self._readiness()

    def stopping(self) -> None:
        """Say not-ready from now on, so that nobody sends more while the process drains."""
        self._stopping = True
        self._ready = self._readiness()

    def stop(self) -> None:
        """Answer no more."""
        self._ticker.kill()
        self._server.stop()

    def _known(self, service: str) -> dict[str, dict[str, Any]]:
        if service not in self._parts:
            self._parts[service] = {part: {"ok": False, "detail": "starting"} for part in PARTS}
        return self._parts[service]

    def _readiness(self) -> Answer:
        parts = self._parts.items()
        failing = [
            f"{service}.{part}" for service, states in parts for part, state in states.items() if not state["ok"]
        ]
        ready = bool(self._parts) and not failing and not self._stopping
        body = {"ready": ready, "stopping": self._stopping, "failing": failing, "services": self._parts}
        return Answer(200 if ready else 503, json.dumps(body).encode())

    def _tick(self) -> None:
        while True:
            self._ticked = time.monotonic()
            if self._scraped:
                self._scraped = False
                self._render()
            eventlet.sleep(self.TICK_S)

    def _render(self) -> None:
        """Write the metrics down here, on the hub, whose locks they take; others run between two families."""
        began, text = time.monotonic(), []
        try:
            for piece in metrics.pieces():
                text.append(piece)
                eventlet.sleep(0)
        except Exception:
            log.exception("metrics_not_rendered")
            return
        self._metrics = (began, b"".join(text))

    # From here on: called by the server's thread. Read attributes, never wait, never log.

    def _answer(self, path: str, asked: float) -> Answer | None:
        if path == "/live":
            return self._live()
        if path == "/ready":
            live = self._live()
            return self._ready if live.status == 200 else live
        return self._scrape(asked) if path == "/metrics" else NOT_FOUND

    def _live(self) -> Answer:
        silent = time.monotonic() - self._ticked
        status = 200 if silent < self.LIVE_S else 503
        return Answer(status, json.dumps({"live": status == 200, "silentSeconds": round(silent, 1)}).encode())

    def _scrape(self, asked: float) -> Answer | None:
        rendered, text = self._metrics
        now = time.monotonic()
        if rendered < asked - self.FRESH_S and now - asked < self.SCRAPE_S:
            self._scraped = True
            return None
        return Answer(200 if text else 503, text, METRICS_TYPE)
