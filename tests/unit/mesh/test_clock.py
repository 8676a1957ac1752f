"""The two times, and the clock that can be moved."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from plumbline.mesh import clock
from plumbline.mesh.clock import SHANGHAI, ClockUnreadable, MovableClock
from plumbline.mesh.context import Context, use
from plumbline.mesh.settings import load
from tests.harness.waiting import wait_for

SECOND = timedelta(seconds=1)


@pytest.fixture
def moved(tmp_path: Path) -> Iterator[MovableClock]:
    settings = load({"PLUMBLINE_CLOCK": "movable", "PLUMBLINE_DATA_DIR": str(tmp_path)})
    clock.configure(settings)
    yield clock.movable(settings)
    clock.configure(load({}))


def test_a_legal_date_is_that_of_china() -> None:
    assert clock.legal_date(datetime(2026, 11, 23, 16, 2, tzinfo=UTC)).isoformat() == "2026-11-24"
    assert clock.legal_date(datetime(2026, 11, 23, 15, 59, tzinfo=UTC)).isoformat() == "2026-11-23"


def test_an_act_keeps_the_instant_it_was_stamped_with() -> None:
    stamped = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)
    with use(Context(request_id="r", legal_now=stamped)):
        assert clock.legal_now() == stamped
        assert clock.legal_today().isoformat() == "2026-04-01"


def test_without_an_act_legal_time_is_the_clocks() -> None:
    assert abs(clock.legal_now() - clock.utcnow()) < SECOND
    with use(Context(request_id="r")):
        assert abs(clock.legal_now() - clock.utcnow()) < SECOND


def test_moving_the_legal_clock_moves_no_technical_time(moved: MovableClock) -> None:
    before = clock.utcnow()
    moved.set(datetime(2030, 1, 1, tzinfo=SHANGHAI))
    assert clock.utcnow() - before < timedelta(minutes=1)


def test_another_process_sees_the_move(moved: MovableClock) -> None:
    moved.set(datetime(2030, 1, 1, tzinfo=SHANGHAI))
    wait_for(lambda: clock.legal_today().year == 2030, 2, "the move is seen")
    moved.move(timedelta(days=365))
    wait_for(lambda: clock.legal_today().year == 2031, 2, "the second move is seen")


def test_a_moved_clock_goes_on(moved: MovableClock) -> None:
    at = moved.set(datetime(2030, 1, 1, tzinfo=SHANGHAI))
    wait_for(lambda: moved.now() > at, 2, "time passes")


def test_the_file_is_looked_at_only_now_and_then(moved: MovableClock) -> None:
    moved.LOOK_EVERY_S = 3600
    moved.now()
    moved.path.write_text("not a clock")
    moved.now()
    moved.LOOK_EVERY_S = 0
    with pytest.raises(ClockUnreadable):
        moved.now()


def test_a_clock_that_was_never_moved_is_the_systems(moved: MovableClock) -> None:
    assert abs(moved.now() - clock.utcnow()) < SECOND
    assert not moved.path.exists()
