"""Rebuild what a service knows from the events of another."""

from __future__ import annotations

from typing import Annotated

import typer

from plumbline.mesh import city
from plumbline.mesh.events.parked import rebuild as reset
from plumbline.mesh.settings import load

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def events() -> None:
    """Rebuild what a service knows from the events of another."""


@app.command()
def rebuild(
    consumer: Annotated[str, typer.Argument(help="the service whose projection is rebuilt")],
    source: Annotated[str, typer.Option("--from", help="the service whose events fill it")],
) -> None:
    """Empty the projection and have all events applied again; the running service fetches them."""
    try:
        chosen = dict(city.storages([consumer]))
        heard = city.contract(consumer).HEARS
    except city.NoSuchService as error:
        raise typer.BadParameter(str(error)) from error
    if source not in heard:
        raise typer.BadParameter(f"{consumer} does not hear {source}; it hears {', '.join(heard) or 'nobody'}")
    database = city.database(load(services=[consumer]), consumer)
    with database.writing() as session:
        lanes = reset(session, chosen[consumer], source)
        session.commit()
    database.close()
    print(f"{consumer}: {lanes} aggregates of {source} will be applied again")
