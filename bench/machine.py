"""What was measured on, and with which versions."""

from __future__ import annotations

import os
import platform
import time
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("nameko", "eventlet", "greenlet", "kombu", "amqp", "sqlalchemy", "psycopg2-binary", "orjson", "aio-pika")


def facts(broker: str, postgres: str) -> dict[str, str]:
    """The machine of this run; `broker` and `postgres` are the versions of the servers."""
    return {
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "processor": f"{_processor()}, {os.cpu_count()} cores shared by everything that was measured",
        "memory": f"{_memory_gb():.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "load before": f"{os.getloadavg()[0]:.1f}",
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
