"""Reads the tables of facts that ship with the package; the only file access of the pure packages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
#: libyaml where it is there: the command line reads several tables for one answer.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(name: str, folder: Path = HERE) -> Any:
    """The table `name`, a path below `folder`."""
    return yaml.load((folder / name).read_text(encoding="utf-8"), Loader=_LOADER)
