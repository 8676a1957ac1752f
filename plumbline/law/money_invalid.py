"""The refusal of an amount of money."""

from plumbline.law.unanswerable import Unanswerable


class MoneyInvalid(Unanswerable):
    """Not an amount: negative, too long, with parts of a fen, or not written as one."""

    code = "MONEY_INVALID"
