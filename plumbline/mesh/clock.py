"""The two times: technical time is the system's UTC; legal time is an instant whose dates are China's."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

from plumbline.mesh.context import current
from plumbline.mesh.settings import Settings

#: China has one offset and has had no summer time since 1991, so an image needs no time zone files.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def utcnow() -> datetime:
    """Technical time, for deadlines, leases, back-off and logs."""
    return datetime.now(UTC)  # noqa: TID251 (this is the one place)


def legal_now() -> datetime:
    """The legal instant of the running act, or of the clock where no act is running."""
    context = current()
    return _legal() if context is None or context.legal_now is None else context.legal_now


def legal_date(instant: datetime) -> date:
    """The date that `instant` has in law."""
    return instant.astimezone(SHANGHAI).date()


def legal_today() -> date:
    """The legal date of the running act."""
    return legal_date(legal_now())


class ClockUnreadable(Exception):
    """The state of the movable clock is there and makes no sense."""


class MovableClock:
    """The system's clock shifted by what a file says, so that all processes of a test system move together."""

    LOOK_EVERY_S = 0.05

    def __init__(self, path: Path) -> None:
        self.path = path
        self._shift = timedelta()
        self._looked_at = float("-inf")
        self._seen: tuple[int, ...] | None = None

    def now(self) -> datetime:
        """The legal instant."""
        looked_at = time.monotonic()
        if looked_at - self._looked_at >= self.LOOK_EVERY_S:
            self._looked_at = looked_at
            self._look()
        return utcnow() + self._shift

    def move(self, by: timedelta) -> datetime:
        """Shift the clock further; it goes on from there."""
        self._look()
        self._write(self._shift + by)
        return utcnow() + self._shift

    def set(self, instant: datetime) -> datetime:
        """Put the clock at `instant`; it goes on from there."""
        self._write(instant - utcnow())
        return utcnow() + self._shift

    def _look(self) -> None:
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            self._shift, self._seen = timedelta(), None
            return
        seen = (found.st_mtime_ns, found.st_ino, found.st_size)
        if seen != self._seen:
            self._shift, self._seen = self._read(), seen

    def _read(self) -> timedelta:
        try:
            return timedelta(seconds=float(json.loads(self.path.read_text())["shift_seconds"]))
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise ClockUnreadable(f"{self.path} is not the state of a clock") from error

    def _write(self, shift: timedelta) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=self.path.parent, prefix=".clock-")
        with open(handle, "w") as file:
            json.dump({"shift_seconds": shift.total_seconds()}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self.path)
        self._shift, self._seen = shift, None


_legal: Callable[[], datetime] = utcnow


def movable(settings: Settings) -> MovableClock:
    """The movable clock of a system; its state lies beside the data."""
    return MovableClock(settings.data_dir / "clock.json")


def configure(settings: Settings) -> None:
    """Take legal time from where the settings say; called once when a process starts."""
    global _legal
    _legal = movable(settings).now if settings.clock == "movable" else utcnow
