"""Processes that are measured: started, given orders, and asked by the system what they used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from tests.harness import guardian

ROOT = Path(__file__).parents[1]


class Failed(Exception):
    """A measured process could not do what it was told."""


class Measured:
    """One process with a role in a measurement; `ask` gives it an order and waits for the answer."""

    def __init__(self, *command: str, env: Mapping[str, str] | None = None) -> None:
        self.name = command[0]
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed by stop
        self.began = time.monotonic()
        self._child = subprocess.Popen(
            [sys.executable, "-m", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
        self.pid = self._child.pid
        self._guard = guardian.guard_group(self.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def ready(self) -> dict[str, Any]:
        """Wait until it says that it can be measured."""
        return self._answer()

    def ask(self, do: str, **order: Any) -> dict[str, Any]:
        """Have an order carried out."""
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps({"do": do, **order}) + "\n")
        self._child.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        answer = json.loads(line) if line else {"error": "it ended"}
        if "error" in answer:
            raise Failed(f"{self.name}: {answer['error']}\n{self.log()[-3000:]}")
        return answer

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._child.poll() is not None

    def log(self) -> str:
        """What it printed."""
        self._log.seek(0)
        return self._log.read()

    def stop(self) -> None:
        """End it, in good order if it can."""
        self._child.terminate()
        try:
            self._child.wait(15)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        guardian.drop(self._guard)
        for stream in (self._child.stdin, self._child.stdout, self._log):
            if stream is not None:
                stream.close()


def profiled(name: str, process: Measured) -> dict[str, list]:
    """Where a process that was told to look spent its time, in two views."""
    found = process.ask("profiled")
    return {f"{name}: our functions with all they call": found["ours"], f"{name}: any function itself": found["own"]}


def cpu_s(pid: int) -> float:
    """Processor time of all threads of a process so far, in seconds."""
    used = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        used += int((task / "schedstat").read_text().split()[0])
    return used / 1e9


def resident_mb(pid: int) -> float:
    """Memory of a process that is in RAM, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1000


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still run."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def listener(port: int) -> int:
    """The process that listens on a port of this machine."""
    lines = [*_sockets("tcp"), *_sockets("tcp6")]
    inodes = {f[9] for f in lines if f[3] == "0A" and int(f[1].rpartition(":")[2], 16) == port}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and inodes & _held(folder):
            return int(folder.name)
    raise Failed(f"nobody listens on port {port}")


def _sockets(kind: str) -> list[list[str]]:
    table = Path(f"/proc/net/{kind}")
    return [line.split() for line in table.read_text().splitlines()[1:]] if table.exists() else []


def _held(folder: Path) -> set[str]:
    held = set()
    try:
        for link in (folder / "fd").iterdir():
            target = os.readlink(link)
            if target.startswith("socket:["):
                held.add(target[8:-1])
    except OSError:
        return held
    return held
