"""Show the settings that count here, with secrets masked, or the reference page of all of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from marshmallow import fields

from plumbline.mesh import settings as reading
from plumbline.mesh.settings_catalogue import CHAPTERS, SERVICES
from plumbline.mesh.settings_kinds import no_guest, not_movable, required

app = typer.Typer(rich_markup_mode=None)

HEAD = """# Configuration

<!-- Made by `plumbline settings --markdown`; a test compares the two. -->

Every process reads its settings from environment variables when it starts. A name that begins with `PLUMBLINE_` and is
not on this page is refused, and so is a wrong value; all that is wrong is named at once. An empty variable counts as
not set. All processes may be given the whole page: each uses what it needs.

A *secret* may instead come from a file: `PLUMBLINE_BROKER_URL_FILE=/run/secrets/broker` in place of
`PLUMBLINE_BROKER_URL`. `plumbline settings` shows what counts, with secrets masked.

`PLUMBLINE_PROFILE=production` takes away the defaults of addresses and keys and refuses what is unsafe; the last column
says what. In Kubernetes, pods set `enableServiceLinks: false`, or the names of its own services would be refused.
"""
RULES = {
    required: "no default",
    no_guest: "no default; no guest login, no `inproc://`",
    not_movable: "`movable` is refused",
}


@app.command()
def settings(
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the reference page of all settings.")] = False,
) -> None:
    """Show the settings that count here, with secrets masked."""
    if markdown:
        print(reference(), end="")
        return
    for name, value in reading.effective(reading.load()).items():
        print(f"{name}={value}")


def reference() -> str:
    """The page `docs/configuration.md`."""
    return "\n".join([HEAD, *_chapters(), _databases()])


def _chapters() -> Iterator[str]:
    for chapter in CHAPTERS:
        yield f"## {(chapter.__doc__ or '').rstrip('.')}\n\n{_TABLE}"
        for entry in dataclasses.fields(chapter):
            yield _row(reading.variable(entry.name), entry.metadata["kind"], entry.default)
        yield ""


_TABLE = "| Setting | Type | Default | Meaning | In production |\n|---|---|---|---|---|"


def _row(name: str, kind: fields.Field, default: Any) -> str:
    about = kind.metadata
    shown = "" if default is None else f"`{default:g}`" if isinstance(default, float) else f"`{default}`"
    unit = f" {about['unit']}" if about["unit"] else ""
    meaning = about["doc"] + (" *Secret.*" if about["secret"] else "")
    rule = RULES.get(about["production"], "") or (
        f"default `{about['in_production']:g}`" if about["in_production"] else ""
    )
    return f"| `{name}` | {_type(kind)} | {shown}{unit} | {meaning} | {rule} |"


def _type(kind: fields.Field) -> str:
    names = {fields.Integer: "whole number", fields.Float: "number", fields.String: "text"}
    choices = getattr(kind.validate, "choices", None)
    if choices:
        return ", ".join(f"`{choice}`" for choice in choices)
    bounds = kind.validate
    least, most = getattr(bounds, "min", None), getattr(bounds, "max", None)
    limits = "" if least is None else f" {least}–{most}" if most is not None else f" ≥ {least}"
    return names.get(type(kind), "path" if type(kind).__name__ == "Folder" else "address") + limits


def _databases() -> str:
    kind = reading.database_entry()
    rows = [
        _row(reading.variable(f"database_url_{name}"), kind, f"sqlite:///{Path('var', name)}.db") for name in SERVICES
    ]
    return "\n".join(["## Databases, one per service", "", _TABLE, *rows, ""])
