"""The questions that the tables of this folder may ask, in the words they use."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from plumbline.identifiers import bank_card, citizen, contact, docno, papers, plate, uscc
from plumbline.identifiers.checked import Checked
from plumbline.law import age as ages, capitals as characters, late_fee as fees, money
from plumbline.law.calendar import shipped
from plumbline.law.dates import Occurrence
from plumbline.law.deadlines import deadline as find
from plumbline.law.intervals import Interval
from plumbline.law.late_entry import entered_late
from plumbline.law.period import Bound, Direction, Period, Receipt, Unit
from plumbline.law.period_count import count, earliest_event

Spans = Sequence[Sequence[date]]


def period(
    start: Any, length: int, unit: str, bound: str = "party", before: bool = False, excluded: Spans = ()
) -> dict[str, Any]:
    """When does it end?"""
    direction = Direction.BEFORE if before else Direction.AFTER
    return _answer(Period(_moment(start), length, Unit(unit), Bound(bound), direction, _spans(excluded)))


def deadline(rule: str, start: Any, excluded: Spans = ()) -> dict[str, Any]:
    """When is it due?"""
    return _answer(find(rule).period(_moment(start), _spans(excluded)))


def earliest_hearing(served_on: date, working_days: int) -> dict[str, Any]:
    """The first working day for which the notice was early enough."""
    return {"day": earliest_event(served_on, working_days, shipped().newest)}


def late_entry(occurred_on: date, recorded_at: str) -> dict[str, Any]:
    """Was the act entered late?"""
    return {"late": entered_late(Occurrence(occurred_on, datetime.fromisoformat(recorded_at)), shipped().newest)}


def working_day(day: date) -> dict[str, Any]:
    """Is it a working day?"""
    return {"works": shipped().newest.works(day)}


def working_days(year: int) -> dict[str, Any]:
    """How many working days has the year?"""
    return {"days": shipped().newest.working_days(year)}


def late_fee(fine_fen: int, due: date, paid: date, excluded: Spans = ()) -> dict[str, Any]:
    """What is owed beside the fine?"""
    owed = fees.late_fee(fine_fen, due=due, paid=paid, excluded=_spans(excluded))
    return vars(owed)


def age(born: date, day: date) -> dict[str, Any]:
    """How old is the person?"""
    return {"years": ages.age_on(born, day)}


def capitals(yuan: str) -> dict[str, Any]:
    """How is the amount written in capital characters?"""
    amount = money.fen(yuan)
    return {"ours": characters.in_capitals(amount), "all": sorted(characters.ways_to_write(amount))}


def amount(text: str) -> dict[str, Any]:
    """Which amount does the text mean?"""
    return {"yuan": money.yuan(money.fen_in_text(text))}


def wire_amount(text: str) -> dict[str, Any]:
    """Which amount is this string of yuan?"""
    return {"fen": money.fen(text, largest=fees.NUMBERS.at("largest_amount", date(2026, 1, 1)))}


def citizen_id(number: str, today: date) -> dict[str, Any]:
    """Is it a citizen ID number on that day?"""
    found = citizen.check(number, today=today)
    holder = citizen.citizen(found.normal) if found.valid else None
    return _checked(found) | {"birth": holder and holder.birth, "male": holder and holder.male}


def credit_code(code: str) -> dict[str, Any]:
    """Is it a unified social credit code?"""
    return _checked(uscc.check(code))


def card(number: str) -> dict[str, Any]:
    """Is it a bank card number?"""
    return _checked(bank_card.check(number))


def document_number(text: str) -> dict[str, Any]:
    """Is it a document number, and how do we write it?"""
    number = docno.parse(text)
    parts = {"agency": number.agency, "type": number.type, "sequence": number.sequence} if number else {}
    return _checked(docno.check(text)) | parts


def phone(number: str) -> dict[str, Any]:
    """Is it a telephone number?"""
    return _checked(contact.check_phone(number))


def mail(address: str) -> dict[str, Any]:
    """Is it a mail address?"""
    return _checked(contact.check_mail(address))


def vehicle_plate(number: str) -> dict[str, Any]:
    """Is it a vehicle plate?"""
    return _checked(plate.check(number))


def paper(kind: str, number: str) -> dict[str, Any]:
    """Has it the form of this paper's numbers?"""
    return _checked(papers.check(papers.Paper(kind), number))


def _checked(found: Checked) -> dict[str, Any]:
    return {
        "valid": found.valid,
        "normal": found.normal,
        "code": found.problem and found.problem.code,
        "warnings": [warning.code for warning in found.warnings],
        "kind": str(found.kind),
    }


def _answer(asked: Period) -> dict[str, Any]:
    receipt = count(asked, shipped().newest)
    assert Receipt.from_json(receipt.as_json()) == receipt
    return {
        "raw_end": receipt.raw_end,
        "end": receipt.end.isoformat() if isinstance(receipt.end, datetime) else receipt.end,
        "latest_safe": receipt.latest_safe,
        "provisional": receipt.provisional,
        "excluded_days": receipt.excluded_days,
        "article": asked.ground.article,
    }


def _moment(text: Any) -> date | datetime:
    return datetime.fromisoformat(text) if isinstance(text, str) else text


def _spans(spans: Spans) -> tuple[Interval, ...]:
    return tuple(Interval(since, until) for since, until in spans)
