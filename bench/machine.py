"""What was measured on, and with which versions."""

from __future__ import annotations

import os
import platform
import time
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("nameko", "eventlet", "greenlet", "kombu", "amqp", "sqlalchemy", "psycopg2-binary", "orjson", "aio-pika")


class Busy:
    """How busy the machine is with work that is not ours, from its making to `others`."""

    def __init__(self) -> None:
        self._began, self._busy = time.monotonic(), _busy_s()

    def others(self) -> str:
        """The part of the processors that others used; to be asked when all our processes have ended."""
        ours = sum(os.times()[:4])
        there_was = (time.monotonic() - self._began) * (os.cpu_count() or 1)
        return f"{max(_busy_s() - self._busy - ours, 0) / there_was:.0%} of the processors' time during the run"


def _busy_s() -> float:
    """Processor time that was used since the machine started."""
    user, nice, system, _, _, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def facts(broker: str, postgres: str) -> dict[str, str]:
    """The machine of this run; `broker` and `postgres` are the versions of the servers."""
    return {
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "processor": f"{_processor()}, {os.cpu_count()} cores shared by everything that was measured",
        "memory": f"{_memory_gb():.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "RabbitMQ": broker,
        "PostgreSQL": f"{postgres}, fsync and synchronous_commit on",
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
