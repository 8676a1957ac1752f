"""Amounts in capital characters (大写金额), as decisions write them, with the zeros that may be left out."""

from __future__ import annotations

from itertools import product

from plumbline.law.money_invalid import MoneyInvalid

DIGITS = "零壹贰叁肆伍陆柒捌玖"
FEN_OF_A_YUAN, FEN_OF_A_JIAO = 100, 10
_PLACES = ((1000, "仟"), (100, "佰"), (10, "拾"), (1, ""))
_YI, _WAN = 10**8, 10**4
_MOST_DIGITS = 16
_SCALES = {"拾": 10, "佰": 100, "仟": 1000, "万": _WAN, "亿": _YI}
#: What is written differently in the wild and means the same.
_VARIANTS = str.maketrans({"圆": "元", "正": "整"})

#: A place in the text, with the ways to write it; the first is ours.
Choice = tuple[str, ...]
_EITHER_ZERO: Choice = ("零", "")
_NO_ZERO: Choice = ("", "零")


def in_capitals(fen: int) -> str:
    """The amount as our documents write it."""
    return "".join(choice[0] for choice in _choices(fen))


def ways_to_write(fen: int) -> frozenset[str]:
    """Every accepted way to write the amount."""
    return frozenset("".join(written) for written in product(*_choices(fen)))


def looks_like_capitals(text: str) -> bool:
    """Whether it has a capital digit at all."""
    return any(character in DIGITS for character in text)


def from_capitals(text: str) -> int:
    """The fen of an amount in capital characters, refused unless it is written in an accepted way."""
    written = text.strip().removeprefix("人民币").translate(_VARIANTS)
    amount = _value(written)
    if amount is None or written not in ways_to_write(amount):
        raise MoneyInvalid(f"“{text}”不是规范的大写金额", f"{text!r} is no amount in capital characters")
    return amount


def _choices(fen: int) -> list[Choice]:
    if fen < 0 or fen // FEN_OF_A_YUAN >= 10**_MOST_DIGITS:
        raise MoneyInvalid("大写金额须为非负数，最多十六位", "capitals are for amounts from 0, up to sixteen digits")
    yuan, cents = divmod(fen, FEN_OF_A_YUAN)
    if not cents:
        return [*(_whole(yuan) or [("零",)]), ("元",), ("整", "")]
    return [*([*_whole(yuan), ("元",)] if yuan else []), *_cents(yuan, cents)]


def _cents(yuan: int, cents: int) -> list[Choice]:
    jiao, rest = divmod(cents, FEN_OF_A_JIAO)
    if not jiao:
        return [*([("零",)] if yuan else []), (f"{DIGITS[rest]}分",)]
    gap = [_NO_ZERO] if yuan and not yuan % 10 else []
    return [*gap, (f"{DIGITS[jiao]}角",), (f"{DIGITS[rest]}分",) if rest else ("", "整")]


def _whole(number: int) -> list[Choice]:
    """A whole number, split at 亿 and 万."""
    for scale, name in ((_YI, "亿"), (_WAN, "万")):
        if number >= scale:
            high, low = divmod(number, scale)
            return [*_whole(high), (name,), *_gap(high, low, scale), *_whole(low)]
    return _group(number)


def _gap(high: int, low: int, scale: int) -> list[Choice]:
    """The zero between two parts: needed before a shorter part, free after a part that ends in zero."""
    if not low:
        return []
    if low < scale // 10:
        return [("零",)]
    return [] if high % 10 else [_EITHER_ZERO]


def _group(number: int) -> list[Choice]:
    """A number below ten thousand; a run of zeros inside is one 零."""
    choices: list[Choice] = []
    owed = False
    for place, name in _PLACES:
        digit, number = divmod(number, place)
        if digit:
            choices.append((f"{'零' if owed else ''}{DIGITS[digit]}{name}",))
        owed = bool(choices) and (not digit)
    return choices


def _value(text: str) -> int | None:
    """The amount it can only mean if it is well written, or None if a character does not belong."""
    whole, _, cents = text.partition("元") if "元" in text else ("", "", text)
    jiao, _, rest = cents.removesuffix("整").removeprefix("零").rpartition("角")
    yuan, jiao_digit, fen_digit = _number(whole), _digit(jiao), _digit(rest.removesuffix("分"))
    if yuan is None or jiao_digit is None or fen_digit is None:
        return None
    return yuan * FEN_OF_A_YUAN + jiao_digit * FEN_OF_A_JIAO + fen_digit


def _digit(text: str) -> int | None:
    if not text:
        return 0
    return DIGITS.index(text) if len(text) == 1 and text in DIGITS else None


def _number(text: str) -> int | None:
    """Digits and scales from left to right: a larger scale takes all that stands before it."""
    total = part = digit = 0
    for character in text:
        if character in DIGITS:
            digit = DIGITS.index(character)
        elif character not in _SCALES:
            return None
        elif (scale := _SCALES[character]) < _WAN:
            part, digit = part + digit * scale, 0
        elif scale == _YI:
            total, part, digit = (total + part + digit) * scale, 0, 0
        else:
            total, part, digit = total + (part + digit) * scale, 0, 0
    return total + part + digit
