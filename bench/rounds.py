"""Alternating rounds, so that whatever else the machine does meets every party alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from bench.processes import cpu_s

Figures = dict[str, float]


@dataclass(frozen=True)
class Effort:
    """How much is measured: rounds after a first one that only warms up, and the length of each."""

    rounds: int = 5
    seconds: float = 1.0
    events: int = 3000

    @classmethod
    def quick(cls) -> Effort:
        """Enough to see that everything works; its figures mean little."""
        return cls(rounds=1, seconds=0.2, events=400)


class Rounds(dict[str, Figures]):
    """The medians of each party's figures; ratios are taken within each round, where both met the same machine."""

    def __init__(self, rounds: Mapping[str, list[Figures]]) -> None:
        super().__init__(
            {name: {key: median(f[key] for f in own) for key in own[0]} for name, own in rounds.items() if own}
        )
        self.rounds = rounds

    def ratio(self, name: str, other: str, figure: str = "per_s") -> float:
        """The median of one party's figure over another's."""
        pairs = zip(self.rounds[name], self.rounds[other], strict=True)
        return median(ours[figure] / theirs[figure] for ours, theirs in pairs)


def alternate(parties: Mapping[str, Callable[[], Figures]], rounds: int) -> Rounds:
    """Run all parties in turn, so many times, after a first round that only warms up."""
    found: dict[str, list[Figures]] = {name: [] for name in parties}
    for number in range(rounds + 1):
        for name, run in parties.items():
            figures = run()
            if number:
                found[name].append(figures)
    return Rounds(found)


def with_cpu(pids: Mapping[str, int], run: Callable[[], Figures]) -> Figures:
    """The figures of a run, with the microseconds of processor time that each process used per call."""
    before = {name: cpu_s(pid) for name, pid in pids.items()}
    figures = run()
    used = {name: cpu_s(pid) - before[name] for name, pid in pids.items()}
    return {**figures, **{f"{name}_us": 1e6 * seconds / figures["calls"] for name, seconds in used.items()}}
