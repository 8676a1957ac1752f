"""Declare exchanges, queues and bindings, before anything starts."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def topology_() -> None:
    """Declare exchanges, queues and bindings, before anything starts."""


@app.command()
def apply(
    management: Annotated[str | None, typer.Option(help="management address with login, to list orphan queues")] = None,
) -> None:
    """Declare what the contracts ask for; repeating it changes nothing."""
    from urllib.parse import unquote, urlsplit

    from plumbline.mesh import city
    from plumbline.mesh.broker import topology
    from plumbline.mesh.settings import load

    settings = load()
    for name in topology.apply(settings.broker_url, city.parties()):
        print(f"queue   {name}")
    if management is None:
        print("orphans not looked for: name the broker's management address with --management")
        return
    vhost = unquote(urlsplit(settings.broker_url).path.removeprefix("/")) or "/"
    for name in topology.orphans(management, vhost, city.parties()):
        print(f"orphan  {name}")
