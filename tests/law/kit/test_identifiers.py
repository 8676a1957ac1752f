"""Check characters notice the slips people make."""

from datetime import date

from hypothesis import assume, given, strategies as st

from plumbline.identifiers import bank_card, citizen, docno
from plumbline.law.plain import plain

TODAY = date(2026, 11, 24)
NUMBERS = st.builds(
    lambda region, birth, order: region + birth.strftime("%Y%m%d") + f"{order:03d}",
    st.sampled_from(["130402", "130421", "110105", "830000"]),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
).map(lambda body: body + citizen.check_character(body))


@given(NUMBERS, st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_noticed(number, place, digit):
    assert citizen.check(number, today=TODAY).valid
    changed = number[:place] + digit + number[place + 1 :]
    assert citizen.check(changed, today=TODAY).valid == (changed == number)


@given(NUMBERS, st.integers(0, 15))
def test_two_swapped_digits_are_always_noticed(number, place):
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert citizen.check(swapped, today=TODAY).valid == (swapped == number)


@given(NUMBERS)
def test_the_number_says_birth_and_sex(number):
    holder = citizen.citizen(number)
    assert number[6:14] == holder.birth.strftime("%Y%m%d")
    assert holder.male == (number[16] in "13579")


@given(NUMBERS.filter(lambda number: number[6:8] == "19"))
def test_an_old_number_becomes_the_new_one(number):
    old = number[:6] + number[8:17]
    found = citizen.check(old, today=TODAY)
    assert found.normal == number
    assert not found.valid


@given(st.text("0123456789", min_size=11, max_size=18), st.integers(0, 17), st.sampled_from("0123456789"))
def test_a_wrong_digit_of_a_card_is_always_noticed(body, place, digit):
    number = next(f"{body}{last}" for last in "0123456789" if bank_card.passes_luhn(f"{body}{last}"))
    assume(place < len(number))
    changed = number[:place] + digit + number[place + 1 :]
    assert bank_card.check(changed).valid == (changed == number)


@given(st.text())
def test_no_text_is_too_odd_to_be_checked(text):
    assert plain(plain(text)) == plain(text)
    for found in (citizen.check(text, today=TODAY), bank_card.check(text), docno.check(text)):
        assert found.valid == (found.problem is None)


def test_the_types_of_documents_are_all_different():
    words = list(docno.types().values())
    assert len(set(words)) == len(words) == 20
