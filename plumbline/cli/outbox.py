"""Look at events that could not be sent, and declare a restored outbox."""

from __future__ import annotations

from typing import Annotated

import typer

from plumbline.mesh import city
from plumbline.mesh.events import sending
from plumbline.mesh.settings import load

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command()
def stuck() -> None:
    """List events that the broker or the size limit refused; each holds back its own aggregate only."""
    settings = load(services=city.names())
    for name, _ in city.storages():
        database = city.database(settings, name)
        with database.reading() as session:
            for row in sending.stuck(session):
                print(f"{name} {row.aggregate} {row.type}#{row.sequence} attempts={row.attempts} error={row.error}")
        database.close()


@app.command(name="raise-epoch")
def raise_epoch(service: Annotated[str, typer.Argument(help="the service whose database was restored")]) -> None:
    """After a restore from a backup: let what is said from now on override what was lost. Stop the service first."""
    try:
        city.face(service)
    except city.NoSuchService as error:
        raise typer.BadParameter(str(error)) from error
    database = city.database(load(services=[service]), service)
    with database.writing() as session:
        epoch = sending.raise_epoch(session)
        session.commit()
    database.close()
    print(f"{service}: epoch {epoch}")
