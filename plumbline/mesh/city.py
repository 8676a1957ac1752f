"""Which services there are: found by looking, so that a new one registers nowhere."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from plumbline.mesh.broker.topology import Party
from plumbline.mesh.errors import MeshError
from plumbline.mesh.settings import Settings
from plumbline.mesh.storage.database import Database
from plumbline.mesh.storage.work import Storage

GATEWAY = "gateway"


class NoSuchService(MeshError):
    """Nothing of that name is part of the system."""


def names() -> list[str]:
    """The services whose code is here, without the gateway (an image holds one service, or the gateway alone)."""
    if not _is_there("services"):
        return []
    found = (module.name for module in pkgutil.iter_modules(import_module("services").__path__))
    return sorted(name for name in found if _is_there(f"services.{name}.service"))


def everything() -> list[str]:
    """The services and the gateway, where it is installed beside them."""
    return [*names(), *([GATEWAY] if _is_there("gateway.service") else [])]


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def contract(name: str) -> ModuleType:
    """The published language of a service."""
    return import_module(f"plumbline.contracts.{name}")


def parties() -> tuple[Party, ...]:
    """Every service with a contract, also those whose code is not on this machine."""
    import plumbline.contracts

    found = (import_module(f"plumbline.contracts.{m.name}") for m in pkgutil.iter_modules(plumbline.contracts.__path__))
    return tuple(Party.of(module) for module in found if hasattr(module, "SERVICE"))


def callers_first(chosen: Iterable[str]) -> list[str]:
    """Services in an order in which each comes after all that call it."""
    names = set(chosen)
    order: TopologicalSorter[str] = TopologicalSorter({name: () for name in sorted(names)})
    for name in names:
        called = names if name == GATEWAY else names.intersection(contract(name).CALLS)
        for other in called - {name}:
            order.add(other, name)
    return list(order.static_order())


def face(name: str) -> type:
    """The class of a service; raises NoSuchService."""
    if name not in everything():
        raise NoSuchService(f"there is no service {name!r}; there are {', '.join(everything())}")
    module = import_module("gateway.service" if name == GATEWAY else f"services.{name}.service")
    classes = (
        value
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__.startswith(module.__name__)
    )
    return next(cls for cls in classes if getattr(cls, "name", None) == name)


def storage(name: str) -> Storage | None:
    """What a service keeps, or None for one without a database."""
    module = GATEWAY if name == GATEWAY else f"services.{name}"
    return import_module(f"{module}.storage").STORAGE if _is_there(f"{module}.storage") else None


def storages(chosen: Iterable[str] | None = None) -> Iterator[tuple[str, Storage]]:
    """The services with a database."""
    for name in everything() if chosen is None else chosen:
        if name not in everything():
            raise NoSuchService(f"there is no service {name!r}; there are {', '.join(everything())}")
        found = storage(name)
        if found is not None:
            yield name, found


def database(settings: Settings, name: str, **options: Any) -> Database:
    """The database of a service, with a small pool: for the command line."""
    return Database(settings.database_url(name), **{"pool": 2, **options})
