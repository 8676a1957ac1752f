"""The grammar of everything on the wire: tolerant reading, camelCase names, fields that refuse what cannot be kept."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf, Range

#: No act of this system lies outside these days; it keeps date arithmetic and databases inside their ranges.
EARLIEST, LATEST = date(1949, 10, 1), date(2199, 12, 31)
#: How many questions one call may ask, and how many entries a page may have: the answer is one message.
MOST_QUESTIONS = 100
LONGEST_PAGE = 100


#: What is said of a field that cannot be read; people read these.
IN_CHINESE: dict[str, Any] = {"required": "必填", "null": "不能为空", "invalid": "格式不正确", "too_large": "数值过大"}


class Wire(Schema):
    """Tolerant reader: unknown fields are ignored, missing ones are not; ``usc_code`` travels as ``uscCode``."""

    class Meta:
        unknown = EXCLUDE

    error_messages = {"type": "应为 JSON 对象", "unknown": "未知字段"}

    def on_bind_field(self, field_name: str, field_obj: fields.Field) -> None:
        field_obj.data_key = camel_case(field_obj.data_key or field_name)
        if type(field_obj).__module__ != __name__:
            field_obj.error_messages = {**field_obj.error_messages, **IN_CHINESE}


class Event(Wire):
    """Something that happened; `TYPE` is its name and version on the wire."""

    TYPE: ClassVar[str]


class Text(fields.Str):
    """Text without surrounding blanks, never empty, of a bounded length, without control characters."""

    default_error_messages = IN_CHINESE
    lines = True

    def __init__(self, *, longest: int = 200, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest
        self.validators = [Length(1, longest, error=f"长度应为1至{longest}个字符"), *self.validators]

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = unicodedata.normalize("NFC", super()._deserialize(value, attr, data, **kwargs)).strip()
        allowed = "\n" if self.lines else ""
        if any(unicodedata.category(character) in ("Cc", "Cs") and character not in allowed for character in text):
            raise ValidationError("不得含有控制字符")
        return text


class Name(Text):
    """An identifier, a code, a number or a name: short text on one line."""

    lines = False

    def __init__(self, *, longest: int = 64, **kwargs: Any) -> None:
        super().__init__(longest=longest, **kwargs)


class Choice(Name):
    """One code of a list; a request with any other is refused."""

    def __init__(self, codes: Iterable[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.codes = tuple(str(code) for code in codes)
        self.validators = [*self.validators, OneOf(self.codes, error="应为以下代码之一：{choices}")]


class Code(Name):
    """One code of a list that may have grown since this reader was written: replies and events carry these."""

    def __init__(self, codes: Iterable[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.codes = tuple(str(code) for code in codes)


class Day(fields.Date):
    """A legal day, always ten characters: ``2026-11-23``."""

    default_error_messages = {**IN_CHINESE, "invalid": "应为日期，例如 2026-11-23"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)
        self.validators = [Range(EARLIEST, LATEST, error="应在{min}与{max}之间"), *self.validators]

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or len(value) != len("2026-11-23"):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class Instant(fields.AwareDateTime):
    """An instant: any offset on the way in, UTC with a Z on the way out."""

    default_error_messages = {**IN_CHINESE, "invalid_awareness": "时间须带时区"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)
        self.validators = [_within_range, *self.validators]

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Reason(Wire):
    """One obstacle, its article, and what would remove it."""

    code = Name(required=True)
    law = Text(required=True)
    article = Text(required=True)
    text = Text(required=True, longest=1000)
    cure = Text(required=True, longest=1000)


def camel_case(name: str) -> str:
    """``occurred_on`` → ``occurredOn``."""
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


def some(inner: fields.Field | type[fields.Field], *, most: int = 200, least: int = 1, **kwargs: Any) -> fields.List:
    """A list with a bounded number of entries."""
    return fields.List(inner, validate=Length(least, most, error=f"应有{least}至{most}项"), **kwargs)


def _within_range(instant: datetime) -> None:
    if not EARLIEST.year <= instant.year <= LATEST.year:
        raise ValidationError("时间超出可记录的范围")
