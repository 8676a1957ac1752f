"""Everything in one process: killed anywhere, or out of disk, it loses and doubles nothing."""

import itertools
import os
import resource
import subprocess
from contextlib import contextmanager

import pytest

from tests.faults.dying import POINTS
from tests.faults.hermit import Hermit
from tests.harness import wait_for

DEATHS = 10


@pytest.fixture
def hermit(tmp_path):
    hermit = Hermit(tmp_path / "data")
    yield hermit
    hermit.close()


def kill_again_and_again(hermit, deaths):
    """Each time at the next point, after a number of passes that differs."""
    for number, point in zip(range(deaths), itertools.cycle(POINTS), strict=False):
        process = hermit.start(point, str(2 + 5 * number % 23))
        wait_for(lambda process=process: process.returncode == -9, 60, f"death when {point}")
    hermit.start()
    hermit.until("done", 20)


def test_killed_between_any_two_steps_it_gives_every_event_one_effect(hermit):
    kill_again_and_again(hermit, DEATHS)

    told = hermit.rest()

    assert told.unknown, "no kill hit an act under way: the test proves nothing"


@contextmanager
def full_device(folder):
    """A small disk, where that can be mounted, else a limit to how long a file may grow; `.fill()` and `.free()`."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "plumbline", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        yield Limit(folder)
        return
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


class Disk:
    """A device of a few megabytes; SQLite knows that nothing was saved, so acts are refused."""

    told = "undone"

    def __init__(self, folder):
        self.ballast = folder / "ballast"

    def fill(self, _pid):
        with self.ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
            while True:
                file.write(b"\0" * 4096)

    def free(self, _pid):
        self.ballast.unlink()


class Limit:
    """A bound to the length of a process's files: to SQLite an I/O error, after which nobody knows."""

    told = "unknown"

    def __init__(self, folder):
        self.folder = folder

    def fill(self, pid):
        longest = max(os.path.getsize(self.folder / name) for name in os.listdir(self.folder))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (longest, resource.RLIM_INFINITY))

    def free(self, pid):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def test_on_a_full_disk_it_refuses_and_goes_on_when_there_is_room(tmp_path):
    with full_device(tmp_path / "data") as device:
        hermit = Hermit(tmp_path / "data")
        try:
            process = hermit.start()
            hermit.until("done", 30)
            device.fill(process.pid)
            hermit.until(device.told, 20)
            assert hermit.ready()
            device.free(process.pid)
            hermit.until("done", 30)
            hermit.rest()
        finally:
            hermit.close()
