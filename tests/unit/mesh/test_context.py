"""The context: what an act carries with it, into every greenlet, and never with more time than it was given."""

import time
from dataclasses import replace
from datetime import datetime
from typing import Any

import eventlet
import pytest
from hypothesis import given, strategies as st

from plumbline.mesh import context as contexts
from plumbline.mesh.context import Context, current, remaining, spawn, use

ACT = Context("r-1", client="court", agency="11130481000000000A", officer="o-7", purpose="hearing", deadline=2e9)


def test_outside_an_act_there_is_none() -> None:
    assert current() is None
    assert remaining() is None


def test_a_block_has_its_context_and_gives_the_outer_one_back() -> None:
    inner = Context("r-2")

    with use(ACT):
        with use(inner):
            assert current() is inner
        assert current() is ACT
    assert current() is None


def test_it_is_given_back_after_a_failure_too() -> None:
    with pytest.raises(ZeroDivisionError), use(ACT):
        raise ZeroDivisionError

    assert current() is None


def test_a_spawned_greenlet_takes_it_along() -> None:
    with use(ACT):
        seen = spawn(lambda add: (current(), add), 7)

    assert seen.wait() == (ACT, 7)


def test_a_greenlet_that_is_spawned_otherwise_begins_without_one() -> None:
    with use(ACT):
        seen = eventlet.spawn(current)

    assert seen.wait() is None


def test_what_a_greenlet_changes_is_its_own() -> None:
    def change() -> None:
        contexts._current.set(Context("r-2"))

    with use(ACT):
        spawn(change).wait()
        assert current() is ACT


def test_an_act_without_a_deadline_has_no_time_that_runs_out() -> None:
    with use(Context("r-1")):
        assert remaining() is None


@given(given=st.floats(0, 4e9), wanted=st.floats(0, 4e9))
def test_a_deadline_only_ever_shrinks(given: float, wanted: float) -> None:
    assert Context("r-1", deadline=given).nearer(wanted) == min(given, wanted)
    assert Context("r-1").nearer(wanted) == wanted


def test_what_remains_is_counted_from_now() -> None:
    with use(Context("r-1", deadline=time.time() + 60)):
        left = remaining()

    assert left is not None
    assert 59 < left <= 60


texts = st.none() | st.text(min_size=1)
instants = st.none() | st.datetimes(timezones=st.timezones())


@given(texts, texts, texts, texts, texts, instants)
def test_it_travels_without_its_deadline(
    traceparent: str | None,
    client: str | None,
    agency: str | None,
    officer: str | None,
    purpose: str | None,
    legal_now: datetime | None,
) -> None:
    act = Context("r-1", traceparent, client, agency, officer, purpose, legal_now, deadline=1.0)

    arrived = Context.from_wire(act.to_wire(), deadline=2.0)

    assert arrived == replace(act, deadline=2.0)


def test_who_comes_without_a_name_is_given_one() -> None:
    assert len(Context.from_wire({}).request_id) == 32


@pytest.mark.parametrize(
    "wire",
    [[], None, {"officer": ["a", "b"]}, {"client": 7}, {"legal-now": "today"}, {"legal-now": "2026-03-31T12:00:00"}],
    ids=str,
)
def test_what_is_no_context_is_refused(wire: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Context.from_wire(wire)
