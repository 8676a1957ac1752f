"""Writes docs/performance.md from what a run found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bench.figures import Chapter, Target, shown

HEAD = """\
# Performance

Written by `make bench`; do not edit. Everything below comes from one run on one machine, the parties taking turns
(median of {rounds} rounds after one to warm up), each in processes of its own, on a RabbitMQ and a PostgreSQL that the
run started for itself. Absolute figures move with the machine and with whatever else it does; the ratios, taken within
each round, and the processor time are what to look at. Nothing is switched off for the measurement: every call has its
deadline, act, trace and metrics, every event its outbox and inbox row.

To repeat it: `make bench`, or `.venv/bin/python -m bench --only rpc,events` for some chapters and `--quick` to see only
that it works (neither writes this page). The rivals' code lies in `bench/rivals`; a wrong answer ends the run.

## The machine

{machine}

## What is asked, and what came out

{targets}
"""
MISSED = "A figure that was missed is followed, at the end of its chapter, by where the processes spent their time.\n"


def page(chapters: Iterable[Chapter], machine: Mapping[str, str], rounds: int, plots: Mapping[str, list[str]]) -> str:
    """The whole page; `plots` are the files to show in each chapter."""
    chapters = list(chapters)
    facts = table(("", ""), [[name, fact] for name, fact in machine.items()])
    asked = table(("figure", "asked", "measured", ""), [_verdict(t) for c in chapters for t in c.targets])
    head = HEAD.format(rounds=rounds, machine=facts, targets=asked)
    if any(chapter.missed for chapter in chapters):
        head += f"\n{MISSED}"
    return "\n".join([head, *(_chapter(chapter, plots.get(chapter.name, [])) for chapter in chapters)])


def _verdict(target: Target) -> list[str]:
    verdict = target.verdict if target.met else f"**{target.verdict}**"
    return [target.what, target.asked, f"{shown(target.value)} {target.unit}".strip(), verdict]


def _chapter(chapter: Chapter, plots: list[str]) -> str:
    parts = [f"## {chapter.title}", chapter.about]
    parts += [f"![{chapter.title}]({plot})" for plot in plots]
    for found in chapter.tables:
        parts.append(f"**{found.title}**\n\n{table(found.columns, found.rows)}")
    for process, rows in chapter.profiles.items():
        shares = [[f"`{where}`", f"{part:.1%}"] for where, part in rows[:15]]
        parts.append(f"**Processor time of {process}**\n\n{table(('function', 'part'), shares)}")
    return "\n\n".join(parts) + "\n"


def table(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A table in Markdown; figures to the right."""
    names, cells = list(columns), [list(row) for row in rows]
    numeric = [all(isinstance(row[at], int | float) or row[at] == "–" for row in cells) for at in range(len(names))]
    marks = ["---:" if right else "---" for right in numeric]
    lines = [names, marks, *([shown(value).replace("|", "\\|") for value in row] for row in cells)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
