"""Runs the town's services as processes: ``python -m tests.mesh.town.run run speaker`` (or work, or up)."""

import plumbline.mesh.green  # noqa: F401 - first of all

# isort: split
import sys

from plumbline.mesh import city, host, settings
from tests.mesh.town.town import CONTRACTS, FACES, PARTIES, STORAGES


def make_the_town_the_city() -> None:
    """For a process that runs it; never in a test's own process, where others look for the real city."""
    city.names = lambda: list(FACES)  # type: ignore[assignment]
    city.everything = lambda: list(FACES)  # type: ignore[assignment]
    city.face = FACES.__getitem__  # type: ignore[assignment]
    city.contract = CONTRACTS.__getitem__  # type: ignore[assignment]
    city.storage = STORAGES.get  # type: ignore[assignment]
    city.parties = lambda: PARTIES


def main(command: str, *names: str) -> int:
    """Run like `plumbline up`, `run` and `work`."""
    make_the_town_the_city()
    process = host.Host(settings.load(services=FACES), names or tuple(FACES), serves=command != "work")
    if command == "up":
        process.prepare()
    return host.run(process)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
