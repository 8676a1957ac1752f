"""Work off the long jobs of a service, in a process of its own."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None)


@app.command()
def work(
    service: Annotated[str | None, typer.Argument(help="the service whose jobs are worked off")] = None,
    every: Annotated[bool, typer.Option("--all", help="the jobs of every service")] = False,
    child: Annotated[int, typer.Option("--child-of", hidden=True, help="end with this process")] = 0,
) -> None:
    """Work off jobs, one at a time and service; several workers share them."""
    from plumbline.mesh import city, host
    from plumbline.mesh.settings import load

    if (service is None) != every:
        raise typer.BadParameter("name a service, or say --all")
    try:
        names = [name for name, _ in city.storages([service] if service else None)]
    except city.NoSuchService as error:
        raise typer.BadParameter(str(error)) from error
    if child:
        os.environ["PLUMBLINE_HEALTH_PORT"] = "0"
    process = host.Host(load(services=names), names, serves=False)
    if child:
        _end_with(child, process)
    sys.exit(host.run(process))


def _end_with(parent: int, process: object) -> None:
    """A killed parent tells nobody: look who it is, each second."""
    import eventlet

    def watch() -> None:
        while os.getppid() == parent:
            eventlet.sleep(1)
        process.ask_to_stop()  # type: ignore[attr-defined]

    eventlet.spawn_n(watch)
