"""Moving the legal clock: only in a test system, day by day, and never past due work that is not done."""

import json
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from plumbline.cli import clock
from plumbline.mesh import due
from plumbline.mesh.clock import SHANGHAI, MovableClock, utcnow
from plumbline.mesh.settings import Settings
from tests.harness.process import Process

Run = Callable[..., tuple[int, str]]
NEW_YEAR = datetime(2030, 1, 1, tzinfo=SHANGHAI)


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The instants that due work was waited for, with two looks needed at each."""
    asked: list[datetime] = []

    def pending_until(settings: Settings, instant: datetime) -> int:
        asked.append(instant)
        return 1 if asked.count(instant) == 1 else 0

    monkeypatch.setattr(due, "pending_until", pending_until)
    return asked


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, asked_for: list[datetime]) -> Run:
    monkeypatch.setenv("PLUMBLINE_CLOCK", "movable")
    monkeypatch.setenv("PLUMBLINE_DATA_DIR", str(tmp_path))

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(clock.app, list(words))
        return result.exit_code, result.output

    return run


def now(tmp_path: Path) -> datetime:
    return MovableClock(tmp_path / "clock.json").now()


def near(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(minutes=1)


def test_it_is_set_in_chinas_time(run: Run, tmp_path: Path) -> None:
    assert run("set", "2020-01-01")[0] == 0
    assert near(now(tmp_path), datetime(2020, 1, 1, tzinfo=SHANGHAI))
    assert run("set", "2020-01-01T09:00+00:00")[0] == 0
    assert near(now(tmp_path), datetime(2020, 1, 1, 17, tzinfo=SHANGHAI))


def test_it_advances_day_by_day_and_waits_for_each(run: Run, tmp_path: Path, asked_for: list[datetime]) -> None:
    run("set", "2020-01-01")
    asked_for.clear()
    assert run("advance", "3d12h")[0] == 0
    days = list(dict.fromkeys(asked_for))
    assert len(asked_for) == 2 * len(days)
    for number, reached in enumerate([1, 2, 3, 3.5]):
        assert near(days[number], datetime(2020, 1, 1, tzinfo=SHANGHAI) + timedelta(days=reached))
    assert near(now(tmp_path), datetime(2020, 1, 4, 12, tzinfo=SHANGHAI))


def test_setting_it_forward_goes_day_by_day_too(run: Run, asked_for: list[datetime]) -> None:
    run("set", "2020-01-01")
    asked_for.clear()
    run("set", "2020-01-31")
    assert len(set(asked_for)) == 30


def test_it_stays_where_due_work_is_not_done(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("set", "2020-01-01")
    monkeypatch.setattr(due, "pending_until", lambda settings, instant: 7)
    status, text = run("advance", "3d", "--wait", "0.2")
    assert status == 1
    assert "Still 7 due by then and not done after 0.2 s" in text
    assert near(now(tmp_path), datetime(2020, 1, 2, tzinfo=SHANGHAI))


def test_show_says_both_times(run: Run) -> None:
    run("set", "2020-01-01")
    status, text = run("show")
    legal, system = text.splitlines()
    assert status == 0
    assert "2020-01-01T00:0" in legal and "(movable)" in legal
    assert utcnow().astimezone(SHANGHAI).isoformat()[:13] in system


@pytest.mark.parametrize("words", [("advance", "soon"), ("advance", ""), ("advance", "-3d"), ("set", "yesterday")])
def test_nonsense_is_refused(run: Run, words: tuple[str, str]) -> None:
    assert run(*words)[0] == 2


@pytest.mark.parametrize("words", [("advance", "1d"), ("set", "2030-01-01")])
def test_the_systems_clock_is_not_moved(
    run: Run, words: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PLUMBLINE_CLOCK", "system")
    status, text = run(*words)
    assert status == 2 and "the clock is the system's" in text
    assert not (tmp_path / "clock.json").exists()
    assert run("show")[0] == 0


def test_production_refuses_a_movable_clock_at_all(tmp_path: Path) -> None:
    environ = {"PLUMBLINE_PROFILE": "production", "PLUMBLINE_CLOCK": "movable", "PLUMBLINE_DATA_DIR": str(tmp_path)}
    with Process([sys.executable, "-m", "plumbline.cli.main", "clock", "advance", "1d"], environ) as process:
        assert process.wait(60) == 2
        assert "PLUMBLINE_CLOCK is movable, which production refuses" in process.log


def test_it_moves_a_system_that_has_nothing_due(tmp_path: Path) -> None:
    environ = {"PLUMBLINE_CLOCK": "movable", "PLUMBLINE_DATA_DIR": str(tmp_path)}
    for words in (["migrate"], ["clock", "advance", "2d"]):
        with Process([sys.executable, "-m", "plumbline.cli.main", *words], environ) as process:
            assert process.wait(60) == 0, process.log
    shift = json.loads((tmp_path / "clock.json").read_text())["shift_seconds"]
    assert shift == pytest.approx(2 * 86400, abs=30)


def test_it_is_a_group_of_commands() -> None:
    assert set(get_command(clock.app).commands) == {"show", "set", "advance"}  # type: ignore[attr-defined]
