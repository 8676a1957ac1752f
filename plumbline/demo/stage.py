"""The stage: a system of its own in one process, called over HTTP like any other."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

READY_S = 60.0


class NotReady(Exception):
    """The system did not come up; its log is shown."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: dict[str, Any]


class Stage:
    """Starts `plumbline up` in a folder of its own; `kill` and `start` may be repeated."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="plumbline-demo-")
        self.http, self.health = _free_port(), _free_port()
        self.log = Path(self.folder.name) / "up.log"
        self.process: subprocess.Popen | None = None
        self.session = requests.Session()

    def start(self) -> float:
        """Start and wait until it is ready; returns the seconds that took."""
        began = time.monotonic()
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PLUMBLINE_")}
        environ |= {
            "PLUMBLINE_DATA_DIR": self.folder.name,
            "PLUMBLINE_HTTP_PORT": str(self.http),
            "PLUMBLINE_HEALTH_PORT": str(self.health),
        }
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "plumbline.cli.main", "up"]
            self.process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
        while not self._ready():
            if time.monotonic() - began > READY_S or self.process.poll() is not None:
                raise NotReady(self.log.read_text(encoding="utf-8", errors="replace")[-2000:])
            time.sleep(0.05)
        return time.monotonic() - began

    def _ready(self) -> bool:
        try:
            return self.session.get(f"http://127.0.0.1:{self.health}/ready", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def services(self) -> list[str]:
        """What runs in the process."""
        return list(self.session.get(f"http://127.0.0.1:{self.health}/ready", timeout=2).json()["services"])

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        """One request."""
        reply = self.session.request(method, f"http://127.0.0.1:{self.http}{path}", json=body, timeout=15)
        return Answer(reply.status_code, reply.json())

    def kill(self) -> None:
        """Kill it, without a word."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def close(self) -> None:
        """Stop it and remove its folder."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        self.folder.cleanup()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
