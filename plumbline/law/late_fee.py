"""The late fee on an unpaid fine (加处罚款): a share of the fine for each day, until it is as large as the fine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from plumbline.law.intervals import Excluded, Interval
from plumbline.law.parameters import Parameters
from plumbline.law.rule import Citation
from plumbline.law.unanswerable import Unanswerable

NUMBERS = Parameters.beside(__file__)
WHOLE = 100  # percent
BASIS = Citation("中华人民共和国行政处罚法", "第七十二条第一款第一项")


class FineInvalid(Unanswerable):
    """There is no fine of this amount to be late with."""

    code = "MONEY_INVALID"


@dataclass(frozen=True)
class LateFee:
    """What is owed beside the fine, in fen, and how it came to be."""

    fee: int
    days: int
    excluded_days: int
    capped: bool


def late_fee(fine: int, *, due: date, paid: date, excluded: Iterable[Interval] = ()) -> LateFee:
    """The fee on a fine of so many fen that was due on `due`, the legal end of its term, and paid on `paid`.

    The first day late is the day after `due`; days under reconsideration or litigation do not count (第七十三条第三款).
    For instalments the fine is the part that is overdue.
    """
    if fine <= 0:
        raise FineInvalid("罚款数额须大于零", "a fine is more than nothing")
    spans = Excluded.of(excluded)
    not_counted = spans.days_after(due, paid) if paid > due else 0
    days = max(0, (paid - due).days - not_counted)
    most = fine * NUMBERS.at("late_fee_most_percent", due) // WHOLE
    grown = fine * NUMBERS.at("late_fee_percent_a_day", due) * days // WHOLE
    return LateFee(min(grown, most), days, not_counted, grown >= most)
