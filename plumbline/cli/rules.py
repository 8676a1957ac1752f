"""List the law as data: rules with their articles, numbers with their sources, deadlines, what is not encoded."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

import services
from plumbline.cli._answer import InputInvalid, Lang, Language, answer, refusals
from plumbline.law import late_fee
from plumbline.law.deadlines import Deadline, deadlines
from plumbline.law.numbers import Number, numbers
from plumbline.law.parameters import Parameters
from plumbline.law.register import Entry, register, registered
from plumbline.law.ruleset import Placed, placed

app = typer.Typer(rich_markup_mode=None)


@app.command()
def rules(
    service: Annotated[str | None, typer.Option(help="Only what this service keeps.")] = None,
    lang: Lang = Language.ZH,
) -> None:
    """List rules, numbers and articles; without a service, the deadlines that all share as well."""
    with refusals(lang):
        if service and service not in _services():
            known = "、".join(_services())
            raise InputInvalid("SERVICE_UNKNOWN", f"没有服务“{service}”：{known}", f"there is no service {service!r}")
        chosen = [service] if service else _services()
        found = {name: _modules(name) for name in chosen}
        tables = [(name, table) for name, modules in found.items() for table in _tables(modules)]
        common = [] if service else [("law", late_fee.NUMBERS)]
        answer(
            {
                "rules": [_rule(name, rule) for name, modules in found.items() for rule in placed(modules)],
                "numbers": [_number(name, row) for name, table in tables + common for row in numbers(table)],
                "unencoded": [_entry(name, row) for name in chosen if name in registered() for row in _unencoded(name)],
            }
            | ({} if service else {"deadlines": [_deadline(row, lang) for row in deadlines().values()]})
        )


def _services() -> list[str]:
    paths = [Path(path) for path in services.__path__]
    return sorted(
        {entry.name for path in paths for entry in path.iterdir() if (entry / "law" / "__init__.py").exists()}
    )


def _modules(service: str) -> list[ModuleType]:
    package = importlib.import_module(f"services.{service}.law")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


def _tables(modules: list[ModuleType]) -> Iterator[Parameters]:
    tables = {
        table.path: table for module in modules for table in vars(module).values() if isinstance(table, Parameters)
    }
    yield from tables.values()


def _unencoded(service: str) -> Iterator[Entry]:
    yield from (entry for entry in register(service).entries if entry.unencoded)


def _rule(service: str, found: Placed) -> dict[str, Any]:
    rule = found.rule
    return {
        "service": service,
        "code": rule.code,
        "name": found.name,
        "effects": list(found.effects),
        "law": rule.citation.instrument,
        "article": rule.citation.article,
        "since": rule.since.isoformat(),
        "text": rule.text,
        "cure": rule.cure,
    }


def _number(service: str, row: Number) -> dict[str, Any]:
    return {
        "service": service,
        "name": row.name,
        "meaning": row.meaning,
        "value": row.value,
        "unit": row.unit,
        "since": row.since.isoformat(),
        "until": row.until and row.until.isoformat(),
        "reference": row.reference,
        "evidence": row.evidence,
        "setting": row.is_setting,
    }


def _deadline(row: Deadline, lang: str) -> dict[str, Any]:
    lengths = [
        {
            "since": length.since.isoformat(),
            "length": length.value,
            "law": length.citation.instrument,
            "article": length.article,
            "evidence": length.evidence,
        }
        for length in row.lengths
    ]
    return {
        "code": row.code,
        "number": row.number,
        "what": row.what.said(lang),
        "starts": row.starts.said(lang),
        "unit": row.unit,
        "bound": row.bound.value,
        "direction": row.direction.value,
        "lengths": lengths,
    }


def _entry(service: str, row: Entry) -> dict[str, Any]:
    return {"service": service, "law": row.title, "article": row.article, "reason": row.unencoded}
