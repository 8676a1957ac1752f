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
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Pytest's own loop over the tests of files that we claim, each file when its turn comes."""
        if session.testsfailed and not session.config.option.continue_on_collection_errors:
            raise session.Interrupted(f"{session.testsfailed} errors during collection")
        if session.config.option.collectonly:
            return True
        ours = (item for item in session.items if self._ours(_group(item)))
        item = next(ours, None)
        while item is not None:
            following = next(ours, None)  # pytest keeps the fixtures that the following test needs too
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            _stop_if_asked(session)
            item = following
        return True

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


def _stop_if_asked(session: pytest.Session) -> None:
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    if session.shouldstop:
        raise session.Interrupted(session.shouldstop)


def _group(item: pytest.Item) -> str:
    marker = item.get_closest_marker("together")
    return f"together {marker.args[0]}" if marker else str(item.path)
