"""What a run found: tables of figures, and ratios with what is asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Table:
    """Figures side by side."""

    title: str
    columns: Sequence[str]
    rows: list[list[Any]] = field(default_factory=list)


@dataclass
class Target:
    """One figure and its bounds; `aimed` is a wish, a bound not kept is published as missed."""

    what: str
    value: float
    unit: str = ""
    least: float | None = None
    most: float | None = None
    aimed: float | None = None

    @property
    def met(self) -> bool:
        """Whether it is within its bounds."""
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    @property
    def verdict(self) -> str:
        """In a word or two, whether it is within its bounds and what was aimed at."""
        if not self.met:
            return "missed"
        if self.aimed is None or self.value >= self.aimed:
            return "met"
        return "under the aim" if self.least is None and self.most is None else "met, under the aim"

    @property
    def asked(self) -> str:
        """Its bounds in words."""
        bounds = [
            f"≥ {self.least:g}" if self.least is not None else "",
            f"< {self.most:g}" if self.most is not None else "",
        ]
        bounds += [f"aimed {self.aimed:g}"] if self.aimed is not None else []
        return ", ".join(bound for bound in bounds if bound)


@dataclass
class Chapter:
    """What was measured together."""

    name: str
    title: str
    about: str
    tables: list[Table] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    #: Where a process spent its time: its name and the functions with their parts of the whole.
    profiles: dict[str, list[tuple[str, float]]] = field(default_factory=dict)

    @property
    def missed(self) -> list[Target]:
        """The targets that were not met."""
        return [target for target in self.targets if not target.met]

    def to_json(self) -> dict[str, Any]:
        """The form that is kept."""
        wire = asdict(self)
        for target, kept in zip(self.targets, wire["targets"], strict=True):
            kept["met"] = target.met
        return wire

    @classmethod
    def from_json(cls, wire: dict[str, Any]) -> Chapter:
        """Read what `to_json` wrote."""
        targets = [Target(**{name: value for name, value in kept.items() if name != "met"}) for kept in wire["targets"]]
        tables = [Table(**table) for table in wire["tables"]]
        profiles = {name: [(where, part) for where, part in rows] for name, rows in wire["profiles"].items()}
        return cls(wire["name"], wire["title"], wire["about"], tables, targets, profiles)


def shown(value: Any) -> str:
    """A figure with as many digits as it deserves."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
