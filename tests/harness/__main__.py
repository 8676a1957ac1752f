"""`python -m tests.harness --check` finds the servers; `run [--processes N] [PYTEST ARGUMENTS]` runs tests on them."""

import argparse
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.harness.claims import totals_in
from tests.harness.options import SAID, SHARE, options
from tests.harness.process import Process
from tests.harness.programs import Folder
from tests.harness.servers import open_broker, open_postgres
from tests.harness.ways import NoServer

_ROOT = Path(__file__).parents[2]
_LONGEST_S = 3600


@contextlib.contextmanager
def servers() -> Iterator[dict[str, str]]:
    """Both servers, and the options that lead other processes to them."""
    with contextlib.ExitStack() as stack:
        broker = open_broker()
        stack.callback(broker.close)
        print(f"RabbitMQ: {broker.how}", flush=True)
        postgres = open_postgres()
        stack.callback(postgres.close)
        print(f"PostgreSQL: {postgres.how}", flush=True)
        yield {**broker.environment, **postgres.environment}


def run(arguments: list[str], processes: int) -> int:
    """Run pytest in one process, or in several that share the test files among them; the worst exit code."""
    command = [sys.executable, "-m", "pytest", *arguments]
    with servers() as found, contextlib.closing(Folder("share")) as folder:
        share = str(folder.path)
        env = {**os.environ, **options(), **found, SAID: "yes"}
        if processes == 1:
            return subprocess.run(command, env=env, cwd=_ROOT, check=False).returncode
        codes = _run_many(command, {**env, SHARE: share}, processes)
        totals = totals_in(share)
        print(f"{totals['passed']} passed, {totals['failed']} failed, {totals['skipped']} skipped", flush=True)
        return next((code for code in codes if code), 0)


def _run_many(command: list[str], env: dict[str, str], processes: int) -> list[int]:
    """The first one speaks as it goes; the others are heard when it has ended."""
    with contextlib.ExitStack() as stack:
        others = [stack.enter_context(Process(command, env, cwd=_ROOT)) for _ in range(processes - 1)]
        codes = [subprocess.run(command, env=env, cwd=_ROOT, check=False).returncode]
        for number, other in enumerate(others, 2):
            codes.append(other.wait(_LONGEST_S))
            print(f"--- test process {number} of {processes}\n{other.log}", end="", flush=True)
        return codes


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.harness", description=__doc__)
    parser.add_argument("--check", action="store_true", help="find or start the servers, say how, end them")
    commands = parser.add_subparsers(dest="command")
    running = commands.add_parser("run", help="find or start the servers and run pytest")
    running.add_argument("--processes", type=int, default=1)
    chosen, rest = parser.parse_known_args()
    try:
        if chosen.command == "run":
            return run(rest, chosen.processes)
        with servers():
            return 0
    except NoServer as failure:
        print(failure, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
