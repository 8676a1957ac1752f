"""Where a process spends its processor time: its stack, noted each time it has used some milliseconds more."""

from __future__ import annotations

import signal
import time
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import plumbline

#: Where our own code lies.
OURS = f"{Path(plumbline.__path__[0])}/"
EVERY_S = 0.002


class Sampler:
    """Counts in how many samples a function was running itself, and in how many one of ours was on the stack."""

    def __init__(self) -> None:
        self.own: Counter[str] = Counter()
        self.ours: Counter[str] = Counter()
        self.samples = 0
        self._used = time.process_time()
        signal.signal(signal.SIGPROF, self._note)
        signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)

    def stop(self, most: int = 15) -> dict[str, Any]:
        """The functions that took most, each with its part of the whole."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        total = max(self.samples, 1)
        return {
            "samples": self.samples,
            "cpu_s": time.process_time() - self._used,
            "own": [[name, count / total] for name, count in self.own.most_common(most)],
            "ours": [[name, count / total] for name, count in self.ours.most_common(most)],
        }

    def _note(self, _signal: int, frame: FrameType | None) -> None:
        stack = []
        while frame is not None:
            stack.append(frame.f_code)
            frame = frame.f_back
        self.samples += 1
        self.own[_name(stack[0])] += 1
        self.ours.update({_name(code) for code in stack if code.co_filename.startswith(OURS)})


def _name(code: CodeType) -> str:
    path = code.co_filename.removeprefix(OURS).split("site-packages/")[-1].rsplit("/", 3)[-3:]
    return f"{'/'.join(path)}:{code.co_qualname}"


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
