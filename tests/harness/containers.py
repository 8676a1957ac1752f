"""The same servers in containers, where a Docker engine answers; bound to 127.0.0.1 only."""

import shutil
import subprocess

from tests.harness import guardian
from tests.harness.rabbitmq import VHOST
from tests.harness.waiting import free_port
from tests.harness.ways import NotThisWay

RABBITMQ_IMAGE = "rabbitmq:3.13"
POSTGRES_IMAGE = "postgres:15"


class Container:
    """One container that keeps its data and its port over stops and kills."""

    def __init__(self, image: str, inner_port: int, env: dict[str, str], arguments: tuple[str, ...] = ()) -> None:
        _engine_answers()
        self.how = f"Docker ({image}), a private container"
        self.port = free_port()
        settings = [part for name, value in env.items() for part in ("-e", f"{name}={value}")]
        published = ["-p", f"127.0.0.1:{self.port}:{inner_port}"]
        self.id = _docker("create", *published, *settings, image, *arguments).strip()
        self._guard = guardian.guard_command(["docker", "rm", "-fv", self.id])

    def start(self) -> None:
        """Begin; whether it is ready shows on its port."""
        _docker("start", self.id)

    def stop(self) -> None:
        """End in good order."""
        _docker("stop", "-t", "60", self.id)

    def end(self, mode: str) -> None:
        """End a PostgreSQL: smart, fast or immediate, as pg_ctl names them."""
        self._signal({"smart": "TERM", "fast": "INT", "immediate": "QUIT"}[mode])

    def kill(self) -> None:
        """SIGKILL to all of it."""
        self._signal("KILL")

    def _signal(self, name: str) -> None:
        _docker("kill", "-s", name, self.id)
        _docker("wait", self.id)

    def command(self) -> list[str]:
        """The command line that administers the RabbitMQ in it."""
        return ["docker", "exec", self.id, "rabbitmqctl"]

    def close(self) -> None:
        """End it and remove its data."""
        _docker("rm", "-fv", self.id)
        guardian.drop(self._guard)

    def log(self) -> str:
        """What it printed."""
        return _docker("logs", "--tail", "60", self.id)


def node_in_container() -> Container:
    """A RabbitMQ node in a container."""
    return Container(RABBITMQ_IMAGE, 5672, {"RABBITMQ_DEFAULT_VHOST": VHOST})


def cluster_in_container(settings: dict[str, str]) -> Container:
    """A PostgreSQL in a container, without a password since nothing but this machine reaches it."""
    arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Container(POSTGRES_IMAGE, 5432, {"POSTGRES_HOST_AUTH_METHOD": "trust"}, ("postgres", *arguments))


def _engine_answers() -> None:
    if not shutil.which("docker"):
        raise NotThisWay("no docker command")
    try:
        _docker("version", "--format", "{{.Server.Version}}")
    except RuntimeError as failure:
        raise NotThisWay(str(failure)) from None


def _docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"docker {arguments[0]} failed: {(done.stdout + done.stderr).strip()[-300:]}")
    return done.stdout
