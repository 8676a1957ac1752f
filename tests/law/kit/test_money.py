"""Amounts come back from every way in which they may be written."""

from hypothesis import given, strategies as st

from plumbline.law.capitals import from_capitals, in_capitals, ways_to_write
from plumbline.law.money import fen, fen_in_text, yuan

#: Amounts with many zeros in them, where writing goes wrong.
AMOUNTS = st.integers(0, 10**18 - 1) | st.text("00019", min_size=1, max_size=18).map(int)


@given(AMOUNTS)
def test_every_accepted_way_to_write_an_amount_means_it(amount):
    ways = ways_to_write(amount)
    assert in_capitals(amount) in ways
    assert {from_capitals(text) for text in ways} == {amount}


@given(AMOUNTS, AMOUNTS)
def test_two_amounts_are_never_written_alike(one, other):
    assert (ways_to_write(one) & ways_to_write(other) == frozenset()) == (one != other)


@given(AMOUNTS)
def test_the_wire_form_comes_back(amount):
    assert fen(yuan(amount)) == amount
    assert fen_in_text(f"{yuan(amount)}元") == amount
