"""What every service in the measurement answers; the run fails where an answer differs."""

from __future__ import annotations

SMALL = {"words": "x" * 88}  # 100 bytes of JSON
ROWS = {"n": 50}


def echo(request: dict) -> dict:
    """The request."""
    return request


def rows(request: dict) -> dict:
    """As many rows as asked for."""
    return {"rows": [{"n": n, "name": "某某公司" * 2, "day": "2026-11-23"} for n in range(request["n"])]}


METHODS = {"echo": echo, "rows": rows}
#: What is asked, by how much comes back.
SIZES: dict[str, tuple[str, dict]] = {"100 bytes": ("echo", SMALL), "50 rows": ("rows", ROWS)}
