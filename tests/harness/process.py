"""A command run as a process of its own, to be watched, stopped or killed."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from tests.harness import guardian
from tests.harness.waiting import listening, wait_for


class Process:
    """A subprocess in its own group, its output in a file, ended at the latest when the test run ends.

    The environment is ours with `env` laid over it; a value of None takes a name away.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str | None] | None = None, **options: Any) -> None:
        self.command = list(command)
        self.env = {name: value for name, value in {**os.environ, **(env or {})}.items() if value is not None}
        self.ending: signal.Signals = options.pop("ending", signal.SIGKILL)
        self._options = options
        self._folder = tempfile.mkdtemp(prefix="plumbline-process-")
        self._folder_guard = guardian.guard_folder(self._folder)
        self._group_guard: int | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *raised: object) -> None:
        self.close()

    def start(self) -> Self:
        """Run the command; output is appended to the same log as before."""
        self._unguard_group()
        with open(self._log_path, "ab") as log:
            self._child = subprocess.Popen(
                self.command,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self._options,
            )
        self._group_guard = guardian.guard_group(self._child.pid, self.ending)
        return self

    @property
    def child(self) -> subprocess.Popen[bytes]:
        """The running (or ended) child; it must have been started."""
        assert self._child is not None, f"not started: {self.command}"
        return self._child

    @property
    def pid(self) -> int:
        """The process id, which is also the group's."""
        return self.child.pid

    @property
    def returncode(self) -> int | None:
        """None while it runs."""
        return self.child.poll()

    @property
    def log(self) -> str:
        """Everything it printed so far, on both streams, over all its starts."""
        return self._log_path.read_text(errors="replace") if self._log_path.exists() else ""

    @property
    def _log_path(self) -> Path:
        return Path(self._folder, "log")

    def wait_for_line(self, text: str, seconds: float = 30) -> str:
        """The first printed line that holds the text."""
        return self._alive_until(lambda: self._line(text), seconds, f"a line with {text!r}")

    def wait_for_port(self, port: int, seconds: float = 30) -> None:
        """Until the port accepts connections."""
        self._alive_until(lambda: listening(port), seconds, f"port {port}")

    def wait(self, seconds: float = 30) -> int:
        """Until it has ended; its exit code."""
        wait_for(lambda: self.returncode is not None, seconds, f"end of {self.command}\n{self.log[-4000:]}")
        assert self.returncode is not None
        return self.returncode

    def terminate(self, seconds: float = 30) -> int:
        """SIGTERM to the process, then wait for its orderly end; its exit code."""
        return self.signal(signal.SIGTERM, seconds)

    def kill9(self, seconds: float = 30) -> int:
        """SIGKILL to the process alone: whatever it started must notice by itself."""
        return self.signal(signal.SIGKILL, seconds)

    def signal(self, number: signal.Signals, seconds: float = 30) -> int:
        """Send a signal that ends it, and wait."""
        if self.returncode is None:
            os.kill(self.pid, number)
        return self.wait(seconds)

    def kill_group(self) -> None:
        """SIGKILL to the process and to all it started in its group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.child.wait()

    def close(self) -> None:
        """End it if it still runs and remove its log."""
        if self._child is not None:
            self.kill_group()
        self._unguard_group()
        shutil.rmtree(self._folder, ignore_errors=True)
        guardian.drop(self._folder_guard)

    def _unguard_group(self) -> None:
        if self._group_guard is not None:
            guardian.drop(self._group_guard)
            self._group_guard = None

    def _line(self, text: str) -> str | None:
        return next((line for line in self.log.splitlines() if text in line), None)

    def _alive_until(self, condition: Any, seconds: float, what: str) -> Any:
        def met() -> Any:
            answer = condition()
            assert answer or self.returncode is None, f"{self.command} ended ({self.returncode})\n{self.log[-4000:]}"
            return answer

        try:
            return wait_for(met, seconds, what)
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n--- log of {self.command}:\n{self.log[-4000:]}") from None
