"""Unified social credit codes."""

import pytest
from hypothesis import given, strategies as st

from plumbline.identifiers import uscc


@pytest.mark.parametrize(
    "code",
    ["91350100M000100Y43", "91110000600037341L", "91130481MA07KKKK8F", "92130481MA0HJKLM4R", "11130400000481238A"],
)
def test_a_code_with_its_check_character_is_one(code):
    assert uscc.problem(code) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("91130481MA07KKKK8G", "校验位"),
        ("91130481MA07KOKK8F", "字符"),
        ("91130481MA07KKKK8", "18位"),
        ("91130481MA07KKKK8FF", "18位"),
        ("91130481ma07kkkk8f", "字符"),
        ("", "18位"),
    ],
)
def test_any_other_text_is_none_and_the_reason_is_said(text, why):
    assert why in uscc.problem(text)


def test_small_letters_and_blanks_are_normalised_first():
    assert uscc.problem(uscc.normalise(" 91130481ma07kkkk8f\n")) is None


@given(st.text(uscc.ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(uscc.ALPHABET))
def test_one_wrong_character_is_always_noticed(body, place, other):
    code = body + uscc.check_character(body)
    changed = code[:place] + other + code[place + 1 :]
    assert (uscc.problem(changed) is None) == (changed == code)
