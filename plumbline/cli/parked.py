"""Look at events that stopped at a failure, and decide about them."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from plumbline.mesh import city, due
from plumbline.mesh.events import parked as lanes
from plumbline.mesh.settings import load

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
Consumer = Annotated[str, typer.Argument(help="the service that could not apply the event")]
Source = Annotated[str, typer.Argument(help="the service that said it")]
Aggregate = Annotated[str, typer.Argument(help="the identifier that `parked list` shows")]
Reason = Annotated[str, typer.Option("--reason", help="why; it is kept")]


@contextmanager
def _session(name: str) -> Iterator[Any]:
    try:
        city.face(name)
    except city.NoSuchService as error:
        raise typer.BadParameter(str(error)) from error
    database = city.database(load(services=[name]), name)
    try:
        with database.writing() as session:
            yield session
            session.commit()
    except lanes.NotParked as error:
        raise typer.BadParameter(f"not parked: {error}") from error
    finally:
        database.close()


@app.command(name="list")
def list_() -> None:
    """List the parked aggregates and the parked due work of all services."""
    for name, _ in city.storages():
        with _session(name) as session:
            for found in lanes.parked(session):
                print(
                    f"{name} {found.source} {found.aggregate} {found.type}#{found.sequence}"
                    f" attempts={found.attempts} error={found.error} since={found.since:%Y-%m-%dT%H:%M:%SZ}"
                )
            for row in due.parked(session):
                print(
                    f"{name} due {row.kind} {row.ref} due_at={row.due_at:%Y-%m-%dT%H:%M:%SZ}"
                    f" attempts={row.attempts} error={row.error} since={row.parked_at:%Y-%m-%dT%H:%M:%SZ}"
                )


@app.command()
def show(consumer: Consumer, source: Source, aggregate: Aggregate) -> None:
    """Show the event an aggregate stopped at."""
    with _session(consumer) as session:
        found = lanes.one(session, source, aggregate)
        print(json.dumps(found.envelope, ensure_ascii=False, indent=2))


@app.command()
def replay(consumer: Consumer, source: Source, aggregate: Aggregate, reason: Reason) -> None:
    """Apply the event again, after its cause was mended."""
    with _session(consumer) as session:
        found = lanes.replay(session, source, aggregate, by=getpass.getuser(), reason=reason)
        print(f"{found.type}#{found.sequence} will be applied again")


@app.command(name="replay-due")
def replay_due(
    service: Annotated[str, typer.Argument(help="the service whose due work is parked")],
    kind: Annotated[str, typer.Argument(help="the kind that `parked list` shows")],
    ref: Annotated[str, typer.Argument(help="the reference that `parked list` shows")],
) -> None:
    """Do parked due work again, after its cause was mended."""
    with _session(service) as session:
        if not due.retry(session, kind, ref):
            raise typer.BadParameter(f"not parked: {kind} {ref}")
        print(f"{kind} {ref} will be done again")


@app.command()
def discard(consumer: Consumer, source: Source, aggregate: Aggregate, reason: Reason) -> None:
    """Go on without the event's effect; the event and the reason are kept."""
    with _session(consumer) as session:
        found = lanes.discard(session, source, aggregate, by=getpass.getuser(), reason=reason)
        print(f"{found.type}#{found.sequence} is passed over")
