"""Freeze the contracts of a release: ``python -m tests.contract.freeze`` writes ``released/<major.minor>.json``."""

from __future__ import annotations

import plumbline.mesh.green  # noqa: F401 - before anything that it must patch

# isort: split
import json
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

from plumbline.mesh import city
from tests.contract import described

HERE = Path(__file__).parent
RELEASED = HERE / "released"


def contracts() -> dict[str, ModuleType]:
    """The contract of every service that has one."""
    return {party.service: city.contract(party.service) for party in city.parties()}


def description() -> dict[str, Any]:
    """All contracts as they are now."""
    return {name: described.contract(module) for name, module in contracts().items()}


def release() -> str:
    """The release this code will be, without its patch number."""
    project = tomllib.loads((HERE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    return ".".join(project["project"]["version"].split(".")[:2])


def main() -> None:
    """Write the file of this release; a release is frozen once."""
    path = RELEASED / f"{release()}.json"
    if path.exists():
        sys.exit(f"{path.name} is frozen already: raise the version in pyproject.toml first")
    path.write_text(json.dumps(description(), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
