"""Numbers of the law with all that is known about them, and those that may be set otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta

from plumbline.law.parameters import Parameters

#: What is not read in a binding text is a setting.
SETTINGS = frozenset({"V2", "K", "D"})


class NotASetting(ValueError):
    """The number is the law's own, or there is no such number."""


@dataclass(frozen=True)
class Number:
    """One value with its unit, the days on which it is in force, and where it comes from."""

    name: str
    meaning: str
    value: int
    unit: str
    since: date
    until: date | None
    reference: str
    evidence: str

    @property
    def is_setting(self) -> bool:
        """Whether another value may be set."""
        return self.evidence in SETTINGS


def numbers(parameters: Parameters) -> Iterator[Number]:
    """Every value of every number, in the order of their days."""
    for name, entry in parameters.table.items():
        days = sorted(entry["values"])
        for since, following in zip(days, [*days[1:], None], strict=True):
            until = following - timedelta(days=1) if following else None
            value = entry["values"][since]
            yield Number(
                name,
                entry["meaning"],
                value["value"],
                entry["unit"],
                since,
                until,
                value["reference"],
                value["evidence"],
            )


def number(parameters: Parameters, name: str, day: date) -> Number:
    """The value in force on the day, with its source."""
    parameters.at(name, day)  # it says what is missing
    return next(
        found for found in numbers(parameters) if found.name == name and found.since <= day <= (found.until or date.max)
    )


def with_settings(parameters: Parameters, chosen: Mapping[str, int]) -> Parameters:
    """The same numbers with other values for those that are settings; the law's own stay what they are."""
    free = {found.name for found in numbers(parameters) if found.is_setting}
    if fixed := sorted(set(chosen) - free):
        raise NotASetting(f"{', '.join(fixed)}: the law says how much, or no such number is known")
    table = deepcopy(parameters.table)
    for name, value in chosen.items():
        for entry in table[name]["values"].values():
            if entry["evidence"] in SETTINGS:
                entry.update(value=value, reference=f"本地设定，原为{entry['reference']}", evidence="D")
    return Parameters(parameters.path, table)
