"""The kinds of value a setting can have, and how an entry of the catalogue is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from marshmallow import ValidationError, fields, validate

#: Says what production refuses about a value (None = not set), or None where it has nothing against it.
ProductionRule = Callable[[str | None], str | None]


class Folder(fields.Field):
    """A folder, as a path."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Path:
        return Path(value)


class Url(fields.Field):
    """An address with one of the schemes that the code behind it can use."""

    def __init__(self, *schemes: str, host_in: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.schemes, self.host_in = schemes, host_in

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        parts = split(value)
        if parts is None or parts.scheme not in self.schemes:
            raise ValidationError(f"is not an address that starts with {' or '.join(s + '://' for s in self.schemes)}")
        if parts.scheme in self.host_in and not parts.hostname:
            raise ValidationError("names no host")
        return str(value)


class DatabaseUrl(Url):
    """The address of a database; PostgreSQL always through psycopg2, the driver that yields to other greenlets."""

    def __init__(self) -> None:
        super().__init__("sqlite", "postgresql", "postgresql+psycopg2")

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        url = super()._deserialize(value, attr, data)
        if url.startswith("sqlite:") and not url.startswith("sqlite:///"):
            raise ValidationError("names no file (sqlite:///folder/file.db)")
        return url.replace("postgresql://", "postgresql+psycopg2://", 1) if url.startswith("postgresql://") else url


def split(url: Any) -> SplitResult | None:
    """The parts of an address, or None where it is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except (ValueError, AttributeError, TypeError):
        return None
    return parts if parts.scheme else None


def one_of(*choices: str) -> fields.String:
    """One of these words."""
    return fields.String(validate=validate.OneOf(choices, error="is not one of: " + ", ".join(choices)))


def whole(least: int, most: int | None = None) -> fields.Integer:
    """A whole number within bounds."""
    return fields.Integer(validate=_between(least, most), error_messages={"invalid": "is not a whole number"})


def number(least: float, most: float | None = None) -> fields.Float:
    """A number within bounds."""
    return fields.Float(validate=_between(least, most), error_messages={"invalid": "is not a number"})


def _between(least: float, most: float | None) -> validate.Range:
    error = f"is less than {least}" if most is None else f"is not between {least} and {most}"
    return validate.Range(min=least, max=most, error=error)


def required(value: str | None) -> str | None:
    """Production has no default for it."""
    return "is not set, and production has no default for it" if value is None else None


def no_guest(value: str | None) -> str | None:
    """Production has a real broker and a login of its own."""
    parts = split(value)
    if parts is None:
        return required(value)
    if parts.scheme == "inproc":
        return "is the transport inside one process, which production refuses"
    return "logs in as guest, which production refuses" if parts.username in (None, "", "guest") else None


def not_movable(value: str | None) -> str | None:
    """Production's clock is the system's."""
    return "is movable, which production refuses" if value == "movable" else None


def entry(
    kind: fields.Field,
    default: Any,
    doc: str,
    *,
    unit: str = "",
    secret: bool = False,
    production: ProductionRule | None = None,
    in_production: Any = None,
) -> Any:
    """One line of the catalogue: a dataclass field that knows its kind, its meaning and production's rule for it."""
    about = {"doc": doc, "unit": unit, "secret": secret, "production": production, "in_production": in_production}
    kind.metadata = about
    return dataclasses.field(default=default, metadata={"kind": kind})
