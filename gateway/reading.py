"""Reading a request: strict where it comes from outside, with every fault at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from marshmallow import Schema, ValidationError, fields
from werkzeug import Request
from werkzeug.exceptions import UnsupportedMediaType

from plumbline.mesh.answering import bad_request

#: Deeper JSON than any form of ours.
DEEPEST = 32


class Unreadable(Exception):
    """A request that was refused before any service saw it."""

    def __init__(self, invalid: list[dict[str, str]]) -> None:
        self.invalid = invalid
        super().__init__("unreadable")


def read(request: Request, form: type[Schema], path: dict[str, Any]) -> dict[str, Any]:
    """The request as the form wants it: from path, query and body; raises Unreadable or an HTTPException."""
    schema = form()
    given = _query(request, schema) if request.method in ("GET", "HEAD", "DELETE") else _body(request)
    faults = [_fault(name, "已由路径给出") for name in path if name in given]
    faults += [_fault(name, "未知字段") for name in _unknown(schema, given)]
    wire = {**given, **path}
    try:
        schema.load(wire)
    except ValidationError as error:
        faults += bad_request(error)["invalid"]
    if faults:
        raise Unreadable(faults)
    return wire


def _fault(name: str, reason: str) -> dict[str, str]:
    return {"name": name, "reason": reason, "code": "INVALID"}


def _query(request: Request, schema: Schema) -> dict[str, Any]:
    """Query values: one each, or a list where the form has a list."""
    lists = {f.data_key for f in schema.fields.values() if isinstance(f, fields.List)}
    doubled = [name for name, values in request.args.lists() if len(values) > 1 and name not in lists]
    if doubled:
        raise Unreadable([_fault(name, "重复给出") for name in doubled])
    return {name: values if name in lists else values[0] for name, values in request.args.lists()}


def _body(request: Request) -> dict[str, Any]:
    if request.args:
        raise Unreadable([_fault(name, "未知字段") for name in request.args])
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    try:
        body = json.loads(request.get_data(), object_pairs_hook=_object, parse_constant=_no_constant)
        json.dumps(body, ensure_ascii=False).encode()  # lone surrogates fit in no UTF-8
    except (ValueError, RecursionError) as error:
        raise Unreadable([_fault("", _why(error))]) from error
    if not isinstance(body, dict):
        raise Unreadable([_fault("", "应为 JSON 对象")])
    if _depth(body) > DEEPEST:
        raise Unreadable([_fault("", "嵌套过深")])
    return body


class _Doubled(ValueError):
    """An object names a member twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Doubled
    return found


def _no_constant(_name: str) -> Any:
    raise ValueError("NaN and Infinity are no JSON")


def _why(error: Exception) -> str:
    if isinstance(error, _Doubled):
        return "同一字段重复给出"
    return "嵌套过深" if isinstance(error, RecursionError) else "不是有效的 JSON"


def _depth(value: Any) -> int:
    """How deep the nesting goes, level by level, without recursion."""
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return depth


def _unknown(schema: Schema, data: Any, prefix: str = "") -> Iterator[str]:
    """Members that no form of ours has, however deep."""
    if not isinstance(data, dict):
        return
    known = {field.data_key or name: field for name, field in schema.load_fields.items()}
    for name, value in data.items():
        if name not in known:
            yield prefix + name
            continue
        field = known[name]
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            for n, item in enumerate(value if isinstance(value, list) else [value]):
                where = f"{prefix}{name}.{n}." if isinstance(value, list) else f"{prefix}{name}."
                yield from _unknown(inner.schema, item, where)
