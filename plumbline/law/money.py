"""Money as whole fen (分): decimal yuan on the wire, and amounts the way people write them."""

from __future__ import annotations

import re
from decimal import Decimal

from plumbline.law.capitals import from_capitals, looks_like_capitals
from plumbline.law.money_invalid import MoneyInvalid
from plumbline.law.plain import plain

FEN_OF_A_YUAN = 100
_YUAN = re.compile(r"[0-9]{1,16}(?:\.[0-9]{1,2})?")
_WRITTEN = re.compile(
    r"(?:人民币)?(?P<sign>[¥￥]?)(?P<whole>[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,16})(?P<part>\.[0-9]{1,8})?"
    r"(?P<scale>[万亿]?)(?P<unit>[元圆]?)[整正]?"
)
_SCALES = {"": 1, "万": 10**4, "亿": 10**8}


def fen(yuan: str, *, largest: int | None = None) -> int:
    """The fen of a decimal string of yuan with at most two decimals; never negative, never more than `largest` yuan."""
    if not _YUAN.fullmatch(yuan):
        raise MoneyInvalid(f"“{yuan}”不是金额：应为非负数，最多两位小数", f"{yuan!r} is no amount of yuan")
    return _bounded(int(Decimal(yuan) * FEN_OF_A_YUAN), largest)


def yuan(amount: int) -> str:
    """The fen as a decimal string of yuan."""
    if amount < 0:
        raise MoneyInvalid("金额不得为负", "an amount is not negative")
    return f"{amount // FEN_OF_A_YUAN}.{amount % FEN_OF_A_YUAN:02d}"


def fen_in_text(text: str, *, largest: int | None = None) -> int:
    """The fen of an amount as documents write it: 8,000元, 1.5万元, ￥4500, 贰万元整; sums like 15+1 are refused."""
    written = re.sub(r"\s", "", plain(text))
    if looks_like_capitals(written):
        return _bounded(from_capitals(written), largest)
    found = _WRITTEN.fullmatch(written)
    if not found or not (found["sign"] or found["unit"]):
        raise MoneyInvalid(f"“{text}”不是一个金额", f"{text!r} is not one amount of yuan")
    amount = Decimal(found["whole"].replace(",", "") + (found["part"] or "")) * _SCALES[found["scale"]] * FEN_OF_A_YUAN
    if amount != int(amount):
        raise MoneyInvalid(f"“{text}”小于一分", f"{text!r} has parts of a fen")
    return _bounded(int(amount), largest)


def _bounded(amount: int, largest: int | None) -> int:
    if largest is not None and amount > largest * FEN_OF_A_YUAN:
        raise MoneyInvalid(f"金额超过{largest}元", f"the amount is more than {largest} yuan")
    return amount
