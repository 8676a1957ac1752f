"""Writes log lines on a thread of its own, so that a reader who stalls never stalls the process."""

from __future__ import annotations

import atexit
import errno
import os
import posix
from _queue import SimpleQueue
from typing import Any

from eventlet import patcher

from plumbline.mesh.metrics import LOG_LINES_DROPPED

_threading: Any = patcher.original("threading")
_sleep: Any = patcher.original("time").sleep


class Writer:
    """A bounded queue to a file descriptor; lines that find it full are counted and dropped."""

    MOST_LINES = 10_000
    BATCH = 200

    def __init__(self, descriptor: int = 1) -> None:
        self.descriptor = descriptor
        self._forget()
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.flush)

    def _forget(self) -> None:
        self._queue: SimpleQueue[Any] = SimpleQueue()
        self._started = False

    def write(self, line: bytes) -> None:
        """Hand over one line; returns at once."""
        if not self._started:
            self._started = True
            _threading.Thread(target=self._run, args=(self._queue,), name="log-writer", daemon=True).start()
        if self._queue.qsize() < self.MOST_LINES:
            self._queue.put(line)
        else:
            LOG_LINES_DROPPED.inc()

    def flush(self, timeout: float = 2.0) -> bool:
        """Wait until all lines so far are written; False if they were not in time."""
        if not self._started:
            return True
        written = _threading.Event()
        self._queue.put(written)
        return written.wait(timeout)

    def _run(self, queue: SimpleQueue[Any]) -> None:
        while True:
            batch = [queue.get()]
            while len(batch) < self.BATCH and not queue.empty():
                batch.append(queue.get())
            lines = b"".join(item for item in batch if isinstance(item, bytes))
            if lines:
                self._put(lines)
            for item in batch:
                if not isinstance(item, bytes):
                    item.set()

    def _put(self, lines: bytes) -> None:
        # Not os.write, which would look for a hub of this thread when the descriptor would block.
        while lines:
            try:
                lines = lines[posix.write(self.descriptor, lines) :]
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EINTR):
                    return
                _sleep(0.01)
