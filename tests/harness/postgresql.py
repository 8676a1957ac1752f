"""PostgreSQL clusters of the tests' own, run as a user who is not root."""

import contextlib
import glob
import os
import signal
import subprocess
from pathlib import Path
from typing import Protocol

from tests.harness.process import Process
from tests.harness.programs import Folder, install, postgres_program, server_user
from tests.harness.waiting import free_port

ROLE = "postgres"

_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}


class Cluster(Protocol):
    """A PostgreSQL that can be ended and begun again with the data it had."""

    how: str
    port: int

    def start(self) -> None:
        """Begin; whether it is ready shows when connecting."""

    def end(self, mode: str) -> None:
        """End: smart, fast or immediate, as pg_ctl names them."""

    def kill(self) -> None:
        """SIGKILL to all its processes."""

    def close(self) -> None:
        """End it and remove its data."""

    def log(self) -> str:
        """What it printed."""


class InstalledCluster:
    """A cluster made with the installed initdb in a temporary folder; only loopback, no password."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.how = f"installed ({postgres_program('postgres')}), a private cluster"
        self.port = free_port()
        user = server_user()
        self._folder = Folder("postgres", user)
        self._initialise(self._folder.path / "data", user)
        own = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": ""}
        chosen = [part for name, value in {**settings, **own}.items() for part in ("-c", f"{name}={value}")]
        command = [postgres_program("postgres"), "-D", str(self._folder.path / "data"), *chosen]
        self._server = Process(command, _plain(), cwd=self._folder.path, ending=signal.SIGQUIT, **user)

    def _initialise(self, data: Path, user: dict[str, int | list[int]]) -> None:
        command = [postgres_program("initdb"), "-D", str(data), "-U", ROLE, "-A", "trust", "-E", "UTF8"]
        done = subprocess.run(
            [*command, "--locale=C", "--no-sync"],
            env={name: value for name, value in {**os.environ, **_plain()}.items() if value is not None},
            cwd=self._folder.path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **user,  # type: ignore[call-overload]
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed: {(done.stdout + done.stderr)[-1000:]}")

    def start(self) -> None:
        """Begin; whether it is ready shows when connecting."""
        self._server.start()

    def end(self, mode: str) -> None:
        """End: smart, fast or immediate, as pg_ctl names them."""
        self._server.signal(_SIGNALS[mode])

    def kill(self) -> None:
        """SIGKILL to all its processes: backends lead sessions of their own, so the group does not reach them."""
        for pid in [self._server.pid, *_children(self._server.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._server.wait()

    def close(self) -> None:
        """End it and remove its data."""
        with contextlib.suppress(AssertionError):
            self.end("immediate")
        self._server.close()
        self._folder.close()

    def log(self) -> str:
        """What it printed."""
        return self._server.log


def installed_cluster(settings: dict[str, str]) -> Cluster:
    """A cluster from installed programs."""
    return InstalledCluster(settings)


def cluster_after_apt(settings: dict[str, str]) -> Cluster:
    """A cluster from programs that apt-get installs now."""
    install("postgresql")
    cluster = InstalledCluster(settings)
    cluster.how = "installed just now with apt-get, a private cluster"
    return cluster


def _plain() -> dict[str, str | None]:
    """Neither the caller's PG* variables nor its language."""
    return {**{name: None for name in os.environ if name.startswith("PG")}, "LC_ALL": "C", "TZ": "UTC"}


def _children(pid: int) -> list[int]:
    """The processes whose parent this is."""
    found = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = Path(path).read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found.append(int(Path(path).parent.name))
    return found
