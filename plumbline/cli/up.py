"""Run everything in one process: all services and the gateway."""

from __future__ import annotations

import sys

import typer

app = typer.Typer(rich_markup_mode=None)


@app.command()
def up() -> None:
    """Run all services and the gateway in this process; without settings it needs no server at all."""
    from plumbline.mesh import city
    from plumbline.mesh.host import Host, run
    from plumbline.mesh.settings import load

    names = city.everything()
    host = Host(load(services=names), names)
    host.prepare()
    host.spawn_worker()
    sys.exit(run(host))
