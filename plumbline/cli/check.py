"""Check an identifier: whether it is valid, its normal form, and the reason if it is not."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from plumbline.cli._answer import Lang, Language, answer
from plumbline.identifiers import bank_card, citizen, docno, uscc
from plumbline.identifiers.checked import Checked

app = typer.Typer(rich_markup_mode=None)


class Kind(StrEnum):
    """What the value is said to be."""

    ID = "id"
    USCC = "uscc"
    DOCNO = "docno"
    BANKCARD = "bankcard"


@app.command()
def check(
    kind: Annotated[Kind, typer.Argument(help="id, uscc, docno or bankcard.")],
    value: Annotated[str, typer.Argument(help="The identifier.")],
    lang: Lang = Language.ZH,
) -> None:
    """Check that VALUE is an identifier of this KIND."""
    found = _check(kind, value)
    answer(
        {
            "valid": found.valid,
            "normal": found.normal,
            "reason": found.problem and found.problem.said(lang),
            "code": found.problem and found.problem.code,
            "warnings": [{"code": warning.code, "message": warning.said(lang)} for warning in found.warnings],
        }
    )


def _check(kind: Kind, value: str) -> Checked:
    if kind is Kind.ID:
        return citizen.check(value, today=_today())
    return {Kind.USCC: uscc.check, Kind.DOCNO: docno.check, Kind.BANKCARD: bank_card.check}[kind](value)


def _today() -> date:
    from plumbline.mesh.clock import legal_today  # it brings the settings along

    return legal_today()
