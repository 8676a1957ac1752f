"""Programs of the servers on this machine: where they are, how to install them, as whom to run them."""

import functools
import glob
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.harness import guardian
from tests.harness.ways import NotThisWay

_POLICY = Path("/usr/sbin/policy-rc.d")
_POSTGRES_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
_RABBITMQ_FOLDERS = ("/usr/lib/rabbitmq/bin", "/opt/homebrew/sbin", "/opt/rabbitmq/sbin")
_ERLANG_FOLDERS = ("/usr/lib/erlang/erts-*/bin", "/opt/erlang/lib/erlang/erts-*/bin")


def postgres_program(name: str) -> str:
    """Full path of one of PostgreSQL's server programs, the newest version first."""
    return _program(name, _POSTGRES_FOLDERS)


def rabbitmq_program(name: str) -> str:
    """Full path of one of RabbitMQ's own scripts: Debian's wrappers on the path would change the user."""
    return _program(name, _RABBITMQ_FOLDERS)


def erlang_program(name: str) -> str:
    """Full path of one of Erlang's programs."""
    return _program(name, _ERLANG_FOLDERS)


def _program(name: str, folders: tuple[str, ...]) -> str:
    found = [path for folder in folders for path in glob.glob(f"{folder}/{name}")]
    if found:
        return max(found, key=_version)
    if path := shutil.which(name):
        return path
    raise NotThisWay(f"{name} is not installed")


def _version(path: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path)]


@functools.cache
def install(*packages: str) -> None:
    """Install Debian packages, without starting the services they bring."""
    if os.geteuid() != 0:
        raise NotThisWay("not root, cannot install")
    if not shutil.which("apt-get"):
        raise NotThisWay("no apt-get here")
    with _services_stay_down():
        _apt("update")
        _apt("install", "-y", "--no-install-recommends", *packages)


def _apt(*arguments: str) -> None:
    command = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=180", *arguments]
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotThisWay(f"{' '.join(command)} failed: {(done.stdout + done.stderr)[-600:]}")


@contextmanager
def _services_stay_down() -> Iterator[None]:
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n")
    _POLICY.chmod(0o755)
    key = guardian.guard_command(["rm", "-f", str(_POLICY)])
    try:
        yield
    finally:
        _POLICY.unlink(missing_ok=True)
        guardian.drop(key)


@functools.cache
def server_user() -> dict[str, int | list[int]]:
    """Options for subprocess that lay root down, since PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise NotThisWay("we are root and there is no other user to run it as")


class Folder:
    """A temporary folder of a server, removed with it or at the latest at our end."""

    def __init__(self, name: str, user: dict[str, int | list[int]] | None = None) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=f"plumbline-{name}-"))
        self._guard = guardian.guard_folder(str(self.path))
        if user:
            os.chown(self.path, user["user"], user["group"])  # type: ignore[arg-type]

    def close(self) -> None:
        """Remove it with all it holds."""
        shutil.rmtree(self.path, ignore_errors=True)
        guardian.drop(self._guard)
