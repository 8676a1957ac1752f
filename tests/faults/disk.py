"""A disk that is full when a test wants it to be."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def full_device(folder: Path) -> Iterator[Disk | Limit]:
    """A small disk, where that can be mounted, else a limit to how long a process's files may grow."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=32m", "plumbline", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        yield Limit(folder)
        return
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


class Disk:
    """A device of some megabytes; SQLite knows that nothing was saved, so acts are refused."""

    told = "undone"

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / "ballast"

    def fill(self, _pid: int) -> None:
        """Use all that is left."""
        with self._ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                return

    def free(self, _pid: int) -> None:
        """There is room again."""
        self._ballast.unlink()


class Limit:
    """A bound to the length of a process's files: to SQLite an I/O error, after which nobody knows."""

    told = "unknown"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self, pid: int) -> None:
        """No file may get longer than the longest."""
        longest = max(os.path.getsize(self._folder / name) for name in os.listdir(self._folder))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (longest, resource.RLIM_INFINITY))

    def free(self, pid: int) -> None:
        """Files may grow again."""
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
