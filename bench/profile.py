"""Where a process spends its processor time: its stack, noted each time it has used some milliseconds more."""

from __future__ import annotations

import signal
import time
from collections import Counter
from types import FrameType
from typing import Any

EVERY_S = 0.002


class Sampler:
    """Counts for every function in how many samples it was running itself, and in how many it was on the stack."""

    def __init__(self) -> None:
        self.own: Counter[str] = Counter()
        self.within: Counter[str] = Counter()
        self.samples = 0
        self._used = time.process_time()
        signal.signal(signal.SIGPROF, self._note)
        signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)

    def stop(self, most: int = 40) -> dict[str, Any]:
        """The functions that took most, each with its part of the whole."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        total = max(self.samples, 1)
        return {
            "samples": self.samples,
            "cpu_s": time.process_time() - self._used,
            "own": [[name, count / total] for name, count in self.own.most_common(most)],
            "within": [[name, count / total] for name, count in self.within.most_common(2 * most)],
        }

    def _note(self, _signal: int, frame: FrameType | None) -> None:
        stack = []
        while frame is not None:
            path = frame.f_code.co_filename.split("site-packages/")[-1].rsplit("/", 3)[-3:]
            stack.append(f"{'/'.join(path)}:{frame.f_code.co_qualname}")
            frame = frame.f_back
        self.samples += 1
        self.own[stack[0]] += 1
        self.within.update(set(stack))


_sampler: Sampler | None = None


def start() -> dict[str, Any]:
    """Begin to look."""
    global _sampler
    _sampler = Sampler()
    return {}


def stop() -> dict[str, Any]:
    """Look no more; what was seen."""
    assert _sampler is not None
    return _sampler.stop()


#: Orders a measured process obeys beside its own.
HANDLERS = {"profile": start, "profiled": stop}
