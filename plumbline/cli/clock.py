"""Show the legal clock, or move it in a test system so that due work is done day by day."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from typing import Annotated

import typer

from plumbline.mesh.clock import SHANGHAI, MovableClock, movable, utcnow
from plumbline.mesh.settings import Settings, load

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

DAY = timedelta(days=1)
LOOK_EVERY_S = 0.1
_DURATION = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")

Patience = Annotated[float, typer.Option("--wait", help="Longest wait, in seconds, for the due work of one day.")]


@app.command()
def show() -> None:
    """Show the legal instant and the system's."""
    settings = load()
    legal = movable(settings).now() if settings.clock == "movable" else utcnow()
    print(f"legal   {_shown(legal)}  ({settings.clock})")
    print(f"system  {_shown(utcnow())}")


@app.command(name="set")
def set_(
    instant: Annotated[str, typer.Argument(help="2026-12-31, 2026-12-31T09:00 (China's time) or with an offset.")],
    wait: Patience = 60.0,
) -> None:
    """Put the legal clock at INSTANT; forward it goes day by day, doing what falls due."""
    settings = load()
    _advance(settings, _clock(settings), _instant(instant), wait)


@app.command()
def advance(
    duration: Annotated[str, typer.Argument(help="For example 3d, 12h, 1w2d or 30m.")], wait: Patience = 60.0
) -> None:
    """Move the legal clock forward by DURATION, day by day, doing what falls due."""
    settings = load()
    clock = _clock(settings)
    _advance(settings, clock, clock.now() + _duration(duration), wait)


def _clock(settings: Settings) -> MovableClock:
    if settings.clock != "movable":
        raise typer.BadParameter("the clock is the system's; a test system sets PLUMBLINE_CLOCK=movable")
    return movable(settings)


def _advance(settings: Settings, clock: MovableClock, until: datetime, wait: float) -> None:
    while until - clock.now() > DAY:
        _settle(settings, clock.move(DAY), wait)
    _settle(settings, clock.set(until), wait)


def _settle(settings: Settings, instant: datetime, wait: float) -> None:
    """Show the instant reached and wait until everything due by then is done."""
    from plumbline.mesh.due import pending_until  # it brings the databases along

    print(_shown(instant), flush=True)
    give_up_at = time.monotonic() + wait
    while pending := pending_until(settings, instant):
        if time.monotonic() > give_up_at:
            print(
                f"Still {pending} due by then and not done after {wait:g} s. Do the services run? The clock stays here."
            )
            raise typer.Exit(1)
        time.sleep(LOOK_EVERY_S)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no instant; write 2026-12-31T09:00") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=SHANGHAI)


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if not text or not found:
        raise typer.BadParameter(f"{text!r} is no duration; write 3d, 12h, 1w2d or 30m")
    weeks, days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)


def _shown(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).isoformat(timespec="seconds")
