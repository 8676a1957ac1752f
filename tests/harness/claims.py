"""Several test processes work through one suite: each test file is run by the process that claims it first.

Processes instead of pytest-xdist: its workers hang once eventlet has replaced the threads they stand on.
"""

import hashlib
import json
import os
from collections import Counter
from pathlib import Path

import pytest


class Claims:
    """A pytest plugin; the claims are files in a folder that the processes share."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._known: dict[str, bool] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Say that the test is dealt with when another process deals with it."""
        return None if self._ours(_group(item)) else True

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Leave our counts for the total of all processes."""
        counts = {outcome: len(reports) for outcome, reports in terminalreporter.stats.items() if outcome}
        Path(self._folder, f"{os.getpid()}.json").write_text(json.dumps(counts))

    def _ours(self, group: str) -> bool:
        if group not in self._known:
            try:
                Path(self._folder, hashlib.sha256(group.encode()).hexdigest()).touch(exist_ok=False)
            except FileExistsError:
                self._known[group] = False
            else:
                self._known[group] = True
        return self._known[group]


def totals_in(folder: str) -> Counter[str]:
    """What all processes counted together; an error in a fixture is a failure too."""
    found = sum((Counter(json.loads(path.read_text())) for path in Path(folder).glob("*.json")), Counter())
    return Counter(passed=found["passed"], failed=found["failed"] + found["error"], skipped=found["skipped"])


def _group(item: pytest.Item) -> str:
    marker = item.get_closest_marker("together")
    return f"together {marker.args[0]}" if marker else str(item.path)
