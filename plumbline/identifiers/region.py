"""Administrative regions by code, each with an explicit parent; a region covers everything below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Region:
    """One region (行政区划); `statistical` marks codes that are not in GB/T 2260."""

    code: str
    name: str
    level: str
    parent: str | None = None
    statistical: bool = False


def _load() -> dict[str, Region]:
    path = Path(__file__).with_name("regions.yaml")
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))["regions"]
    return {row["code"]: Region(**row) for row in rows}


REGIONS = _load()


def known(code: str) -> bool:
    """Whether the table has this region."""
    return code in REGIONS


def covers(outer: str, inner: str) -> bool:
    """Whether `inner` is `outer` or lies anywhere below it."""
    return any(region.code == outer for region in _upwards(inner))


def within(outer: str) -> list[str]:
    """Every region that `outer` covers, itself included."""
    return [code for code in REGIONS if covers(outer, code)]


def _upwards(code: str) -> Iterator[Region]:
    region = REGIONS.get(code)
    while region is not None:
        yield region
        region = REGIONS.get(region.parent) if region.parent else None
