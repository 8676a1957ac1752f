"""Column types that behave alike on PostgreSQL and SQLite."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import BigInteger, DateTime, Integer, String, Text, TypeDecorator
from sqlalchemy.dialects import postgresql


class Instant(TypeDecorator):
    """An aware instant, kept in UTC with microseconds; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect):
        """A sortable text on SQLite, ``timestamptz`` on PostgreSQL."""
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs an offset")
        value = value.astimezone(UTC)
        return value.isoformat(timespec="microseconds") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect) -> datetime | None:
        if value is None:
            return None
        return datetime.fromisoformat(value) if dialect.name == "sqlite" else value.astimezone(UTC)


class Fen(TypeDecorator):
    """Money in fen, a whole number of 64 bits; floats and truth values are refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect) -> int | None:
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not -(2**63) <= value < 2**63:
            raise ValueError("money is a whole number of fen")
        return value


class Json(TypeDecorator):
    """A JSON document: objects keep their key order, floats and dates are the writer's business."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect):
        """Text on SQLite; ``json`` on PostgreSQL, which keeps the order of keys as SQLite does."""
        return dialect.type_descriptor(postgresql.JSON() if dialect.name == "postgresql" else Text())

    def bind_processor(self, dialect):
        """Serialise once; SQLAlchemy's own JSON type would do it a second time."""
        return lambda value: None if value is None else orjson.dumps(value).decode()

    def result_processor(self, dialect, coltype):
        """psycopg2 has parsed a ``json`` value already; SQLite hands back the text."""
        return lambda value: orjson.loads(value) if isinstance(value, str) and dialect.name == "sqlite" else value


class Names(TypeDecorator):
    """A tuple of texts, kept as a JSON list."""

    impl = Json
    cache_ok = True

    def bind_processor(self, dialect):
        inner = Json().bind_processor(dialect)
        return lambda value: None if value is None else inner(list(value))

    def result_processor(self, dialect, coltype):
        inner = Json().result_processor(dialect, coltype)
        return lambda value: None if value is None else tuple(inner(value))


#: A growing number of rows: SQLite only counts up by itself in a column that is exactly INTEGER.
RowNumber = BigInteger().with_variant(Integer, "sqlite")
