"""Bank card numbers: 12 to 19 digits, the last one a Luhn check. Accounts of organisations follow no such rule."""

from __future__ import annotations

from plumbline.identifiers.characters import compact, stranger
from plumbline.identifiers.checked import Checked, Finding
from plumbline.law.plain import plain

SHORTEST, LONGEST = 12, 19
_UNIONPAY = "62"

_LENGTH = Finding("CARD_LENGTH", "银行卡号应为12至19位", "a card number has 12 to 19 digits")
_CHECK = Finding(
    "CARD_CHECK",
    "银行卡号校验位不符（对公账号不适用此校验）",
    "the check digit does not fit (accounts of organisations have none)",
)
_OTHER = Finding("CARD_NOT_UNIONPAY", "不是银联卡号段", "not of the UnionPay range")


def check(text: str) -> Checked:
    """Whether it is a card number; blanks and hyphens between groups are left out."""
    number = compact(plain(text)).replace("-", "")
    if fault := stranger(number, "0123456789"):
        return Checked(number, fault)
    if not SHORTEST <= len(number) <= LONGEST:
        return Checked(number, _LENGTH)
    if not passes_luhn(number):
        return Checked(number, _CHECK)
    return Checked(number, None, () if number.startswith(_UNIONPAY) else (_OTHER,))


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the Luhn check of the others."""
    return sum(sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(reversed(digits))) % 10 == 0
