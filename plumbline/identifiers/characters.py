"""Characters that look right and are not: named to the person who typed them, never replaced by a guess."""

from __future__ import annotations

import unicodedata

from plumbline.identifiers.checked import Finding

#: Capitals of Cyrillic and Greek and number signs that cannot be told from Latin on most screens.
_LOOK_ALIKES = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧⅠⅤⅩⅬⅭⅮⅯ",
        "ABESIJKMHOPCTYXABEZHIKMNOPTYXIVXLCDM",
        strict=True,
    )
)


def compact(text: str) -> str:
    """Without any white space."""
    return "".join(text.split())


def stranger(text: str, allowed: str) -> Finding | None:
    """The first character of `text` that is not among `allowed`, with what it looks like."""
    for place, character in enumerate(text, 1):
        if character in allowed:
            continue
        shown = f"“{character}”（U+{ord(character):04X}）"
        like = _looks_like(character)
        zh = f"第{place}位{shown}不是允许的字符" + (f"，看似“{like}”" if like else "")
        en = f"character {place}, U+{ord(character):04X}, does not belong" + (f"; it looks like {like}" if like else "")
        return Finding("CHARACTER_INVALID", zh, en)
    return None


def _looks_like(character: str) -> str:
    """The plain character it may be taken for."""
    digit = unicodedata.decimal(character, None)
    if digit is not None and not character.isascii():
        return str(digit)
    return _LOOK_ALIKES.get(character.upper(), "")
