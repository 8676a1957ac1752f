"""Places in a list."""

import pytest
from hypothesis import given, strategies as st

from plumbline.identifiers.cursor import NotACursor, after, last_id

FILTERS = {"status": "CONFIRMED", "field": None}


def test_a_place_leads_back_to_its_id():
    assert last_id(after("a1b2-c3", FILTERS), FILTERS) == "a1b2-c3"


def test_an_empty_filter_is_no_filter():
    assert last_id(after("a", FILTERS), {"status": "CONFIRMED"}) == "a"


def test_a_place_is_good_only_for_its_filter():
    with pytest.raises(NotACursor):
        last_id(after("a", FILTERS), {"status": "REVOKED"})


@given(st.text(max_size=80))
def test_any_other_text_is_no_place_and_nothing_worse(text):
    with pytest.raises(NotACursor):
        last_id(text, FILTERS)
