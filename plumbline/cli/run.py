"""Run one service against RabbitMQ and PostgreSQL."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None)


@app.command()
def run(service: Annotated[str, typer.Argument(help="subjects, personnel, … or gateway")]) -> None:
    """Run SERVICE; it waits for broker and database, and refuses to start on a schema that is behind."""
    from plumbline.mesh import city, host
    from plumbline.mesh.settings import load

    try:
        city.face(service)
    except city.NoSuchService as error:
        raise typer.BadParameter(str(error)) from error
    sys.exit(host.run(host.Host(load(services=[service]), [service])))
