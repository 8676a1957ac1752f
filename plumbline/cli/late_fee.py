"""Work out the late fee on a fine that was paid after its term."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from plumbline.cli._answer import Exclude, Lang, Language, answer, day, intervals, refusals
from plumbline.law import late_fee as law, money
from plumbline.law.deadlines import DeadlineNotInForce
from plumbline.law.parameters import ParameterNotInForce
from plumbline.law.plain import plain

app = typer.Typer(rich_markup_mode=None)


@app.command(name="late-fee")
def late_fee(
    fine: Annotated[str, typer.Option(help="The fine in yuan, such as 10000 or 10000.00.")],
    due: Annotated[str, typer.Option(help="The last day on which it could be paid in time.")],
    paid: Annotated[str, typer.Option(help="The day on which it was paid.")],
    exclude: Exclude = None,
    lang: Lang = Language.ZH,
) -> None:
    """Work out what is owed beside the fine."""
    with refusals(lang):
        last_day = day(due)
        try:
            amount = money.fen(plain(fine), largest=law.NUMBERS.at("largest_amount", last_day))
            owed = law.late_fee(amount, due=last_day, paid=day(paid), excluded=intervals(exclude))
        except ParameterNotInForce:
            raise DeadlineNotInForce(f"{due}时尚无此规定", f"there was no such rule on {due}") from None
        answer({"fee": money.yuan(owed.fee), "fine": money.yuan(amount), "due": due, "paid": paid} | _shown(owed))


def _shown(owed: law.LateFee) -> dict[str, Any]:
    return {
        "days": owed.days,
        "excludedDays": owed.excluded_days,
        "capped": owed.capped,
        "law": law.BASIS.instrument,
        "article": law.BASIS.article,
    }
