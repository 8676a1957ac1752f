"""The servers that everything is measured on: private ones, so that nobody else's work is counted."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from typing import Self

from bench.processes import ROOT, Failed, Measured, listener
from tests.harness import PrivateBroker, PrivatePostgres
from tests.harness.databases import connect

#: As a city's database is set: what is committed is on the disk. Commit times are kept to measure by them.
SAFE = {"fsync": "on", "synchronous_commit": "on", "track_commit_timestamp": "on"}


class Surroundings:
    """A broker and a PostgreSQL, and on them whatever databases are asked for."""

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        self.broker = self._stack.enter_context(PrivateBroker())
        self.postgres = self._stack.enter_context(PrivatePostgres(SAFE))
        self.broker_pid = listener(self.broker.port)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def broker_version(self) -> str:
        """RabbitMQ's own word."""
        return self.broker.ctl("version").strip()

    def postgres_version(self) -> str:
        """PostgreSQL's own word."""
        return run_sql(self.postgres.admin_url, "SHOW server_version")[0][0].split()[0]

    def folder(self) -> str:
        """An empty folder that is gone at the end."""
        return self._stack.enter_context(tempfile.TemporaryDirectory(prefix="plumbline-bench-"))

    def town(self) -> dict[str, str]:
        """Settings of the two services, over the broker and on fresh databases."""
        env = {
            **self.embedded(),
            "PLUMBLINE_BROKER_URL": self.broker.url,
            "PLUMBLINE_DATABASE_URL_SPEAKER": self.postgres.database("speaker"),
            "PLUMBLINE_DATABASE_URL_HEARER": self.postgres.database("hearer"),
        }
        self.run_once("bench.roles.prepare", env)
        return env

    def embedded(self) -> dict[str, str]:
        """Settings of everything in one process: nothing but a folder."""
        return {
            "PLUMBLINE_DATA_DIR": self.folder(),
            "PLUMBLINE_HEALTH_PORT": "0",
            "PLUMBLINE_LOG_LEVEL": "WARNING",
        }

    def run_once(self, module: str, env: dict[str, str]) -> None:
        """Run something that only has to be done."""
        with Measured(module, env=env) as process:
            process.ready()

    def plumbline(self, env: dict[str, str], *command: str) -> None:
        """Run a command of the command line to its end."""
        arguments = [sys.executable, "-m", "plumbline.cli.main", *command]
        done = subprocess.run(
            arguments, env={**os.environ, **env}, cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Failed(f"plumbline {' '.join(command)}: {done.stdout[-1000:]}{done.stderr[-2000:]}")


def run_sql(url: str, statement: str) -> list[tuple]:
    """The rows of one statement; committed."""
    connection = connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()
