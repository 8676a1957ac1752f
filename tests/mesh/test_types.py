"""Column types: what is put in comes out alike from both databases, or is refused alike."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from plumbline.mesh.storage.database import Database
from plumbline.mesh.storage.types import Fen, Instant, Json, Names

kept = Table(
    "kept",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("instant", Instant),
    Column("fen", Fen),
    Column("json", Json),
    Column("names", Names),
)

offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
#: Every instant that still has a year from 1 to 9999 in UTC.
instants = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=offsets)  # noqa: DTZ001
#: What JSON can say, without the numbers and texts that no database can keep.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | texts
documents = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=10)

quickly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module", params=["embedded", "mesh"])
def place(request, tmp_path_factory):
    """A table with a column of every type."""
    if request.param == "embedded":
        url = f"sqlite:///{tmp_path_factory.mktemp('types')}/types.db"
    else:
        url = request.getfixturevalue("postgres").database("types")
    database = Database(url, pool=1, synchronous="OFF")
    with database.writing() as session:
        kept.metadata.create_all(session.connection())
        session.commit()
    yield database
    database.close()


def back(place, **values):
    """What comes out after `values` were put in."""
    with place.writing() as session:
        row = session.execute(insert(kept).values(**values).returning(kept.c.id)).scalar_one()
        session.expire_all()
        return session.execute(select(*(kept.c[name] for name in values)).where(kept.c.id == row)).one()


@quickly
@given(instant=instants)
def test_an_instant_comes_back_to_the_microsecond_and_in_utc(place, instant):
    (found,) = back(place, instant=instant)

    assert found == instant
    assert found.utcoffset() == timedelta(0)


@quickly
@given(several=st.lists(instants, min_size=2, max_size=5))
def test_instants_are_ordered_by_the_database_as_they_are_in_time(place, several):
    with place.writing() as session:
        session.execute(insert(kept), [{"instant": instant} for instant in several])
        found = list(session.execute(select(kept.c.instant).order_by(kept.c.instant)).scalars())

    assert found == sorted(several)


@quickly
@given(instant=instants)
def test_an_instant_is_found_by_itself_at_whatever_offset(place, instant):
    with place.writing() as session:
        session.execute(insert(kept).values(instant=instant))
        same = select(kept.c.id).where(kept.c.instant == instant.astimezone(UTC), kept.c.instant <= instant)

        assert len(session.execute(same).all()) == 1


def test_an_instant_without_an_offset_is_refused(place):
    with pytest.raises(StatementError, match="offset"):
        back(place, instant=datetime(2026, 3, 31))  # noqa: DTZ001


@quickly
@given(fen=st.integers(-(2**63), 2**63 - 1))
def test_money_comes_back_to_the_fen(place, fen):
    assert back(place, fen=fen) == (fen,)


@pytest.mark.parametrize("fen", [1.0, True, "100", 2**63, -(2**63) - 1])
def test_what_is_no_amount_of_fen_is_refused(place, fen):
    with pytest.raises(StatementError, match="fen"):
        back(place, fen=fen)


@quickly
@given(document=documents)
def test_a_document_comes_back_as_it_was(place, document):
    assert back(place, json=document) == (document,)


def test_a_document_keeps_the_order_of_its_keys(place):
    (found,) = back(place, json={"乙": 1, "甲": 2, "a": {"z": 1, "b": 2}})

    assert (list(found), list(found["a"])) == (["乙", "甲", "a"], ["z", "b"])


@pytest.mark.parametrize("document", [{1: 2}, [2**64], [object()], "\ud800"], ids=repr)
def test_what_json_cannot_say_is_refused(place, document):
    with pytest.raises(StatementError):
        back(place, json=document)


@pytest.mark.parametrize("document", [{"text": "a\0b"}, {"a\0b": 1}, "\0"], ids=repr)
def test_a_document_may_hold_a_null_character(place, document):
    assert back(place, json=document) == (document,)


@quickly
@given(names=st.lists(texts).map(tuple))
def test_names_come_back_as_a_tuple(place, names):
    assert back(place, names=names) == (names,)


def test_nothing_comes_back_as_nothing(place):
    assert back(place, instant=None, fen=None, json=None, names=None) == (None, None, None, None)


def test_the_text_an_instant_is_kept_as_sorts_like_time():
    bind = Instant().process_bind_param
    sqlite = type("Dialect", (), {"name": "sqlite"})()
    years = [bind(datetime(year, 1, 1, tzinfo=UTC), sqlite) for year in (1, 99, 999, 1970, 9999)]

    assert all(earlier < later for earlier, later in pairwise(years))
