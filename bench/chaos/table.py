"""The table of a long run, printed and written line by line, so that what was found stays when the run is ended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HEAD = ("fault", "acts done", "undone", "unknown", "longest s", "silence s", "heard twice", "took over s", "verdict")
WIDTHS = (28, 9, 7, 7, 9, 9, 11, 11, 7)


@dataclass(frozen=True)
class Row:
    """What became of one round: acts by what their clients were told, and the promise that was broken, if any."""

    fault: str
    done: int = 0
    undone: int = 0
    unknown: int = 0
    longest_s: float = 0.0
    silence_s: float = 0.0
    doubles: int = 0
    took_over_s: float | None = None
    breach: str | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """As text."""
        times = (f"{self.longest_s:.1f}", f"{self.silence_s:.1f}")
        over = "" if self.took_over_s is None else f"{self.took_over_s:.1f}"
        verdict = "BROKEN" if self.breach else "kept"
        return (self.fault, *map(str, (self.done, self.undone, self.unknown)), *times, str(self.doubles), over, verdict)


class Table:
    """Lines on the screen and in a file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        self._file = path.open("w")
        self._say(HEAD)

    def add(self, row: Row) -> None:
        """One more round."""
        self._say(row.cells)
        if row.breach:
            self._write(f"    {row.breach}")

    def _say(self, cells: tuple[str, ...]) -> None:
        self._write("  ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)).rstrip())

    def _write(self, line: str) -> None:
        print(line, flush=True)
        self._file.write(f"{line}\n")
        self._file.flush()
