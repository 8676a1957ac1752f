"""Work out when something is due, by the table of deadlines: the end, its article, and the receipt."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from plumbline.cli._answer import (
    CalendarFiles,
    Exclude,
    Lang,
    Language,
    Start,
    answer,
    calendar,
    intervals,
    moment,
    refusals,
    shown,
)
from plumbline.law.deadlines import deadline as find
from plumbline.law.period_count import count

app = typer.Typer(rich_markup_mode=None)


@app.command()
def deadline(
    rule: Annotated[str, typer.Argument(help="A code of `plumbline rules`, such as CASE_DECISION, or its number.")],
    start: Start,
    exclude: Exclude = None,
    calendar_files: CalendarFiles = None,
    lang: Lang = Language.ZH,
) -> None:
    """Work out the deadline RULE for an event on START."""
    with refusals(lang):
        found, since = find(rule), moment(start)
        length = found.length(since.date() if isinstance(since, datetime) else since)
        receipt = count(found.period(since, intervals(exclude)), calendar(calendar_files))
        answer(
            {
                "rule": found.code,
                "what": found.what.said(lang),
                "starts": found.starts.said(lang),
                "law": length.citation.instrument,
                "article": length.article,
                "evidence": length.evidence,
                "reading": found.reading,
            }
            | shown(receipt)
        )
