"""RabbitMQ nodes of the tests' own: ports, data, cookie and name that nobody else uses."""

import os
import subprocess
from pathlib import Path
from typing import Protocol

from tests.harness.process import Process
from tests.harness.programs import Folder, erlang_program, install, rabbitmq_program
from tests.harness.waiting import free_port, listening, wait_for

VHOST = "plumbline"
USER = "guest"

_NO_DUMP = {"ERL_CRASH_DUMP_SECONDS": "0"}

_CONFIG = """\
listeners.tcp.local = 127.0.0.1:{port}
default_vhost = {vhost}
disk_free_limit.absolute = 1MB
log.file.level = warning
"""


class Node(Protocol):
    """A RabbitMQ node that can be ended and begun again with the data it had."""

    how: str
    port: int

    def start(self) -> None:
        """Begin; whether it is ready shows on its port."""

    def stop(self) -> None:
        """End in good order."""

    def kill(self) -> None:
        """SIGKILL."""

    def command(self) -> list[str]:
        """The command line that administers this node, arguments to be added."""

    def close(self) -> None:
        """End it and remove its data."""

    def log(self) -> str:
        """What it printed."""


class InstalledNode:
    """A node run from the RabbitMQ that is installed here."""

    def __init__(self) -> None:
        server, epmd = rabbitmq_program("rabbitmq-server"), erlang_program("epmd")
        self.how = f"installed ({server}), a private node"
        self.port = free_port()
        self._folder = Folder("rabbitmq")
        self._env = self._environment(self._folder.path, free_port(), free_port())
        self._names = Process([epmd, "-address", "127.0.0.1", "-port", self._env["ERL_EPMD_PORT"]], self._env)
        self._server = Process([server], self._env, cwd=self._folder.path)
        self._names.start()

    def _environment(self, folder: Path, dist_port: int, names_port: int) -> dict[str, str]:
        """Everything Debian or a user may have set is set otherwise; HOME holds the cookie."""
        (folder / "rabbitmq.conf").write_text(_CONFIG.format(port=self.port, vhost=VHOST))
        (folder / "enabled_plugins").write_text("[].\n")
        (folder / "environment").write_text("")
        cookie = folder / ".erlang.cookie"
        cookie.write_text(os.urandom(16).hex().upper())
        cookie.chmod(0o400)
        return {
            "HOME": str(folder),
            **_NO_DUMP,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(names_port),
            "ERL_FLAGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_NODENAME": f"plumbline-{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(dist_port),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "environment"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            # A quorum queue reports how many messages it holds at every tick, by default each five seconds.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-rabbit quorum_tick_interval 250",
        }

    def start(self) -> None:
        """Begin; whether it is ready shows on its port."""
        self._server.start()

    def stop(self) -> None:
        """End in good order: the start script passes the signal on to the node."""
        self._server.terminate(60)
        wait_for(lambda: not listening(self.port), 10, "the broker's port to close")

    def kill(self) -> None:
        """SIGKILL to the node and its script."""
        self._server.kill_group()
        wait_for(lambda: not listening(self.port), 10, "the broker's port to close")

    def command(self) -> list[str]:
        """The command line that administers this node, arguments to be added."""
        settings = [f"{name}={value}" for name, value in self._env.items()]
        return ["env", *settings, rabbitmq_program("rabbitmqctl")]

    def close(self) -> None:
        """End it and remove its data."""
        self._server.close()
        self._names.close()
        self._folder.close()

    def log(self) -> str:
        """What it printed."""
        return self._server.log


def installed_node() -> Node:
    """A node from installed programs."""
    return InstalledNode()


def node_after_apt() -> Node:
    """A node from programs that apt-get installs now."""
    install("rabbitmq-server")
    node = InstalledNode()
    node.how = "installed just now with apt-get, a private node"
    return node


def run_ctl(command: list[str], *arguments: str) -> str:
    """One administrative command; its output."""
    done = subprocess.run(
        [*command, "-q", *arguments],
        env={**os.environ, **_NO_DUMP},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{arguments[0]} failed: {(done.stdout + done.stderr).strip()[-600:]}")
    return done.stdout
