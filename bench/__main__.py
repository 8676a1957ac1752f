"""Measures everything in one run and writes bench/results/latest.json and docs/performance.md: ``python -m bench``."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module

from bench import machine
from bench.figures import Chapter, shown
from bench.page import page
from bench.plot import plots
from bench.processes import ROOT
from bench.rounds import Effort
from bench.surroundings import Surroundings

CHAPTERS = ("rpc", "writes", "events", "relay", "embedded", "footprint")
RESULTS, DOCS = ROOT / "bench" / "results" / "latest.json", ROOT / "docs"


def main(arguments: list[str]) -> int:
    """Measure what was asked for; returns 1 when a figure was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default=",".join(CHAPTERS), help=f"some of {','.join(CHAPTERS)}")
    parser.add_argument("--quick", action="store_true", help="only see that everything works")
    parser.add_argument("--render", action="store_true", help="write the page anew from the last results")
    chosen = parser.parse_args(arguments)
    if chosen.render:
        write(json.loads(RESULTS.read_text()))
        return 0
    names, effort = chosen.only.split(","), Effort.quick() if chosen.quick else Effort()
    found = measure(names, effort)
    chapters = [Chapter.from_json(chapter) for chapter in found["chapters"]]
    if set(names) == set(CHAPTERS) and not chosen.quick:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
        write(found)
    return 1 if any(chapter.missed for chapter in chapters) else 0


def measure(names: list[str], effort: Effort) -> dict:
    """Run chapters on fresh servers; prints each when it is done."""
    busy = machine.Busy()
    with Surroundings() as surroundings:
        facts = machine.facts(surroundings.broker_version(), surroundings.postgres_version())
        chapters: list[dict] = []
        for name in names:
            chapter = import_module(f"bench.chapters.{name}").measure(surroundings, effort)
            show(chapter)
            chapters.append(chapter.to_json())
    facts["other work on the machine"] = busy.others()
    print(f"\nother work on the machine: {facts['other work on the machine']}")
    return {"machine": facts, "rounds": effort.rounds, "chapters": chapters}


def show(chapter: Chapter) -> None:
    """Print a chapter."""
    print(f"\n# {chapter.title}")
    for found in chapter.tables:
        rows = [list(found.columns), *([shown(value) for value in row] for row in found.rows)]
        widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
        print(f"\n{found.title}")
        for row in rows:
            print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
    for target in chapter.targets:
        print(f"  {target.verdict}: {target.what}: {shown(target.value)} {target.unit} ({target.asked})")
    sys.stdout.flush()


def write(found: dict) -> None:
    """Write the page and its drawings."""
    chapters = [Chapter.from_json(chapter) for chapter in found["chapters"]]
    drawn = {chapter.name: plots(chapter) for chapter in chapters}
    for files in drawn.values():
        for name, drawing in files.items():
            (DOCS / name).write_text(drawing)
    files_of = {name: list(files) for name, files in drawn.items()}
    (DOCS / "performance.md").write_text(page(chapters, found["machine"], found["rounds"], files_of))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
