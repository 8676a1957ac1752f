"""A breaker: after several calls in a row that nobody answered, fail at once for a while, then try one."""

from __future__ import annotations

import time


class Breaker:
    """Opens after `limit` timeouts in a row; lets one call through every `pause_s` until one is answered."""

    def __init__(self, limit: int = 20, pause_s: float = 1.0) -> None:
        self.limit, self.pause_s = limit, pause_s
        self._timeouts, self._next_probe = 0, 0.0

    @property
    def closed(self) -> bool:
        """Whether calls pass."""
        return self._timeouts < self.limit

    def allows(self) -> bool:
        """Whether a call may be sent now; an open breaker allows one as a probe."""
        if self.closed:
            return True
        now = time.monotonic()
        if now < self._next_probe:
            return False
        self._next_probe = now + self.pause_s
        return True

    def saw(self, *, timed_out: bool) -> None:
        """Count one outcome; anything but a timeout shows that somebody is there."""
        if not timed_out:
            self._timeouts = 0
            return
        self._timeouts += 1
        if self._timeouts == self.limit:
            self._next_probe = time.monotonic() + self.pause_s
