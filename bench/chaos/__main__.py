"""Breaks everything under load for as long as one likes and counts what was lost or doubled: ``python -m bench.chaos``.

The faults and the judgement are those of tests/faults, held longer and with two replicas of each service.
"""

import plumbline.mesh.green  # noqa: F401 - the clients are greenlets

# isort: split
import argparse
import sys
import time
from collections.abc import Iterator

from bench.chaos import rounds
from bench.chaos.table import Row, Table
from bench.processes import ROOT
from plumbline.mesh import logs

RESULTS = ROOT / "bench" / "results"


def main() -> int:
    """The command line; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="how long to go on, at least once through everything")
    parser.add_argument(
        "--hold", type=float, default=20, help="seconds a fault is held; a killed broker six times that"
    )
    parser.add_argument("--kills", type=int, default=100, help="how often everything in one process is killed")
    chosen = parser.parse_args()
    logs.writer.write = lambda line: None  # type: ignore[method-assign] # what the clients go through is in the table
    table = Table(RESULTS / f"chaos-{time.strftime('%Y%m%d-%H%M%S')}.txt")
    broken = 0
    for row in rows(chosen.minutes * 60, chosen.hold, chosen.kills):
        table.add(row)
        broken += row.breach is not None
    return 1 if broken else 0


def rows(seconds: float, hold_s: float, kills: int) -> Iterator[Row]:
    """One row for each round: all faults over servers, one process alone, and the machine of tests/mesh/model."""
    until = time.monotonic() + seconds
    yield from rounds.over_servers(until, hold_s)
    yield rounds.alone(kills)
    yield rounds.full_disk()
    yield rounds.model(max(until - time.monotonic(), 60))


if __name__ == "__main__":
    sys.exit(main())
