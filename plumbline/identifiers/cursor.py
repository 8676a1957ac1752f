"""A place in a list: opaque to clients, and good only for the filter it was given for."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any

_MARK = 8


class NotACursor(ValueError):
    """The text was not given out for this filter."""


def after(last_id: str, filters: Mapping[str, Any]) -> str:
    """The place behind `last_id` in the list so filtered."""
    return base64.urlsafe_b64encode(_mark(filters) + last_id.encode()).decode().rstrip("=")


def last_id(cursor: str, filters: Mapping[str, Any]) -> str:
    """The id behind which the list goes on; raises NotACursor."""
    try:
        read = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        if read[:_MARK] != _mark(filters):
            raise NotACursor(cursor)
        return read[_MARK:].decode("ascii")
    except (binascii.Error, UnicodeError) as error:
        raise NotACursor(cursor) from error


def _mark(filters: Mapping[str, Any]) -> bytes:
    asked = json.dumps({name: value for name, value in filters.items() if value is not None}, sort_keys=True)
    return hashlib.sha256(asked.encode()).digest()[:_MARK]
