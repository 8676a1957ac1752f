"""Numbers that the law may change, each with its dates, unit, source and evidence tag."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

#: V read in the statute, V2 read second-hand, K from knowledge, D our default (a setting), SEED the founding opinion.
EVIDENCE = ("V", "V2", "K", "D", "SEED")


class ParameterNotInForce(LookupError):
    """No value of this parameter is in force on that day."""


class ParameterIncomplete(ValueError):
    """A number lacks its unit, its source or its evidence tag."""


@dataclass(frozen=True)
class Parameters:
    """The `parameters.yaml` beside a rule module, readable as of a day."""

    path: Path
    table: dict[str, Any]

    @classmethod
    def beside(cls, module_file: str) -> Parameters:
        """Read the numbers that lie in the folder of `module_file`."""
        path = Path(module_file).with_name("parameters.yaml")
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, entry in table.items():
            _check(name, entry, path)
        return cls(path, table)

    def at(self, name: str, day: date) -> int:
        """The value of `name` in force on `day`."""
        values = self.table[name]["values"]
        in_force = [since for since in values if since <= day]
        if not in_force:
            raise ParameterNotInForce(f"{name} has no value on {day}; the first is {min(values)} ({self.path})")
        return values[max(in_force)]["value"]


def _check(name: str, entry: dict[str, Any], path: Path) -> None:
    if not entry.get("unit") or not entry.get("meaning"):
        raise ParameterIncomplete(f"{name} needs a meaning and a unit ({path})")
    for since, value in entry["values"].items():
        if not value.get("reference") or value.get("evidence") not in EVIDENCE:
            raise ParameterIncomplete(f"{name} needs a reference and an evidence tag since {since} ({path})")
