"""What a contract promises, as plain data that can be frozen and compared."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from plumbline.contracts.wire import Choice, Code, Event, Text


def contract(module: ModuleType) -> dict[str, Any]:
    """Operations, events and refusals of one service."""
    return {
        "operations": {
            name: {"request": form(asked), "reply": form(answered)}
            for name, (asked, answered) in module.OPERATIONS.items()
        },
        "events": {event.TYPE: form(event) for event in events(module)},
        "refusals": dict(module.REFUSALS),
    }


def events(module: ModuleType) -> list[type[Event]]:
    """The event schemas a contract publishes."""
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Event) and value is not Event
    ]


def form(schema: type[Schema] | Schema) -> dict[str, Any]:
    """The fields of a form, by their name on the wire."""
    bound = schema() if isinstance(schema, type) else schema
    return {str(field.data_key): one(field) for field in bound.fields.values()}


def one(field: fields.Field) -> dict[str, Any]:
    """Type, presence, codes and bounds of one field."""
    found: dict[str, Any] = {"type": _type(field), "required": field.required, "nullable": field.allow_none}
    if isinstance(field, (Choice, Code)):
        found["codes"] = sorted(field.codes)
    if isinstance(field, Text):
        found["longest"] = field.longest
    if isinstance(field, fields.Nested):
        found["form"] = form(field.schema)
    if isinstance(field, fields.List):
        found["items"] = one(field.inner)
    return found | _bounds(field)


def _type(field: fields.Field) -> str:
    kinds = {
        fields.List: "list",
        fields.Nested: "object",
        fields.Date: "day",
        fields.AwareDateTime: "instant",
        fields.Boolean: "boolean",
        fields.Integer: "integer",
        fields.Decimal: "decimal",
        fields.String: "text",
    }
    return next(name for kind, name in kinds.items() if isinstance(field, kind))


def _bounds(field: fields.Field) -> dict[str, Any]:
    """What the validators of lists and numbers let through; those of texts and days are told elsewhere."""
    if isinstance(field, (fields.String, fields.Date, fields.AwareDateTime)):
        return {}
    bounds = [v for v in field.validators if isinstance(v, (Length, Range))]
    return {name: getattr(v, name) for v in bounds for name in ("min", "max") if getattr(v, name) is not None}
