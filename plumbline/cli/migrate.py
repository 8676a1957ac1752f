"""Bring databases up to date with the code."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None)


@app.command()
def migrate(service: Annotated[str | None, typer.Argument(help="one service; all of them without it")] = None) -> None:
    """Run the missing migrations of SERVICE, or of all; several at a time wait for each other."""
    from plumbline.mesh import city
    from plumbline.mesh.settings import load
    from plumbline.mesh.storage.migrate import migrate as bring_up_to_date

    try:
        chosen = list(city.storages([service] if service else None))
    except city.NoSuchService as error:
        raise typer.BadParameter(str(error)) from error
    settings = load(services=[name for name, _ in chosen])
    for name, storage in chosen:
        database = city.database(settings, name)
        found = bring_up_to_date(database, storage)
        database.close()
        print(f"{name:<12} " + "  ".join(f"{table} {revision}" for table, revision in found.items()))
