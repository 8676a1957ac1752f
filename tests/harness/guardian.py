"""What the harness started ends with the process that started it, however that process ends.

The guardian is a small child that holds the other end of a pipe. When the pipe closes (exit, signal, kill -9 of the
test run) it ends the process groups it was told of, runs the closing commands, and removes the folders.
"""

import atexit
import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

_GRACE_S = 5.0
_keys = itertools.count()
_pipes: dict[int, int] = {}


def guard_group(group: int, ending: signal.Signals = signal.SIGKILL) -> int:
    """At our end send the signal to this process group, and SIGKILL to what is left of it."""
    return _tell("group", [group, int(ending)])


def guard_folder(path: str) -> int:
    """At our end remove this folder."""
    return _tell("folder", path)


def guard_command(command: list[str]) -> int:
    """At our end run this command."""
    return _tell("command", command)


def drop(key: int) -> None:
    """It ended in good order: forget it."""
    _write(["drop", key])


def _tell(kind: str, value: object) -> int:
    key = next(_keys)
    _write([kind, key, value])
    return key


def _write(message: list[object]) -> None:
    if os.getpid() not in _pipes:
        _hire()
    os.write(_pipes[os.getpid()], (json.dumps(message) + "\n").encode())


def _hire() -> None:
    ours, theirs = os.pipe()
    child = subprocess.Popen(
        [sys.executable, "-I", __file__],
        stdin=ours,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(ours)
    _pipes[os.getpid()] = theirs
    atexit.register(_dismiss, os.getpid(), theirs, child)


def _dismiss(owner: int, pipe: int, child: subprocess.Popen[bytes]) -> None:
    if os.getpid() == owner:
        os.close(pipe)
        child.wait()


def _watch() -> None:
    """The child: note what is told until the pipe closes, then clean up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    kept: dict[int, tuple[str, object]] = {}
    for line in sys.stdin:
        kind, key, *value = json.loads(line)
        if kind == "drop":
            kept.pop(key, None)
        else:
            kept[key] = (kind, value[0])
    for kind, value in kept.values():
        if kind == "command":
            subprocess.run(value, check=False)  # type: ignore[call-overload]
    _end_groups([value for kind, value in kept.values() if kind == "group"])  # type: ignore[misc]
    for kind, value in kept.values():
        if kind == "folder":
            shutil.rmtree(str(value), ignore_errors=True)


def _end_groups(groups: list[tuple[int, int]]) -> None:
    for group, ending in groups:
        _signal(group, ending)
    deadline = time.monotonic() + _GRACE_S
    while any(_runs(group) for group, _ in groups) and time.monotonic() < deadline:
        time.sleep(0.02)
    for group, _ in groups:
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _runs(leader: int) -> bool:
    """Whether it is more than a zombie, which it stays while its parent waits for us."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{leader}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


if __name__ == "__main__":
    _watch()
