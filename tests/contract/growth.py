"""What breaks somebody when a contract changes: found by comparing it with one that was released."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

READ, WRITTEN = "read", "written"


def broken(released: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Every change between two descriptions of a contract that somebody who knows the old one cannot live with."""
    return [*_operations(released, now), *_events(released, now), *_refusals(released, now)]


def _operations(released: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    for name, old in released["operations"].items():
        new = now["operations"].get(name)
        if new is None:
            yield f"{name} is gone"
            continue
        yield from _form(old["request"], new["request"], f"{name} request", READ)
        yield from _form(old["reply"], new["reply"], f"{name} reply", WRITTEN)


def _events(released: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    for type_, old in released["events"].items():
        new = now["events"].get(type_)
        if new is None:
            yield f"{type_} is gone"
        else:
            yield from _form(old, new, type_, WRITTEN)


def _refusals(released: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    for code, status in released["refusals"].items():
        if now["refusals"].get(code) != status:
            yield f"refusal {code} was {status} and is {now['refusals'].get(code)}"


def _form(old: dict[str, Any], new: dict[str, Any], where: str, side: str) -> Iterator[str]:
    for name, field in old.items():
        if name not in new:
            yield f"{where}: {name} is gone"
        else:
            yield from _field(field, new[name], f"{where}: {name}", side)
    for name in new.keys() - old.keys():
        if new[name]["required"]:
            yield f"{where}: {name} is new and required"


def _field(old: dict[str, Any], new: dict[str, Any], where: str, side: str) -> Iterator[str]:
    if old["type"] != new["type"]:
        yield f"{where} was {old['type']} and is {new['type']}"
        return
    if new["required"] and not old["required"]:
        yield f"{where} is now required"
    yield from _codes(old, new, where)
    yield from _read(old, new, where) if side == READ else _written(old, new, where)
    if "form" in old:
        yield from _form(old["form"], new["form"], where, side)
    if "items" in old:
        yield from _field(old["items"], new["items"], f"{where}[]", side)


def _codes(old: dict[str, Any], new: dict[str, Any], where: str) -> Iterator[str]:
    if lost := sorted(set(old.get("codes", ())) - set(new.get("codes", old.get("codes", ())))):
        yield f"{where} lost {', '.join(lost)}"


def _read(old: dict[str, Any], new: dict[str, Any], where: str) -> Iterator[str]:
    """What we read may only become more tolerant."""
    if old["nullable"] and not new["nullable"]:
        yield f"{where} may not be null any more"
    if "codes" in new and "codes" not in old:
        yield f"{where} has become a list of codes"
    for name in ("longest", "max"):
        if name in new and new[name] < old.get(name, float("inf")):
            yield f"{where}: {name} has shrunk"
    if "min" in new and new["min"] > old.get("min", float("-inf")):
        yield f"{where}: min has grown"


def _written(old: dict[str, Any], new: dict[str, Any], where: str) -> Iterator[str]:
    """What we write may only become more certain."""
    if old["required"] and not new["required"]:
        yield f"{where} is not always there any more"
    if new["nullable"] and not old["nullable"]:
        yield f"{where} may now be null"
