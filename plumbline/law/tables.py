"""Reads the tables of law that ship with the package; the only file access in this package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
#: libyaml where it is there: the command line reads several tables for one answer.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(name: str) -> Any:
    """The table `name`, a path below this folder."""
    return yaml.load((HERE / name).read_text(encoding="utf-8"), Loader=_LOADER)
