"""Every way an act can fail has its word, and the word says what is known."""

import sqlite3

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from plumbline.mesh.answering import answer
from plumbline.mesh.errors import (
    DeadlinePassed,
    PoolExhausted,
    RemoteFault,
    StaleVersion,
    TimedOut,
    Unavailable,
    UnknownService,
)
from plumbline.mesh.storage.database import is_infrastructure
from plumbline.mesh.storage.work import commits


def sqlite_error(kind, statement, *before):
    """What SQLite itself raises."""
    connection = sqlite3.connect(":memory:")
    for one in before:
        connection.execute(one)
    with pytest.raises(sqlite3.Error) as raised:
        connection.execute(statement)
    return kind("", {}, raised.value)


def taken():
    return sqlite_error(
        IntegrityError, "INSERT INTO t VALUES (1)", "CREATE TABLE t (a INTEGER UNIQUE)", "INSERT INTO t VALUES (1)"
    )


def empty():
    return sqlite_error(IntegrityError, "INSERT INTO t VALUES (NULL)", "CREATE TABLE t (a INTEGER NOT NULL)")


def missing_column():
    return sqlite_error(OperationalError, "SELECT b FROM t", "CREATE TABLE t (a INTEGER)")


WORDS = {
    "a bug": (ZeroDivisionError(), "fault"),
    "an empty column that must be filled": (empty(), "fault"),
    "a column that is not there": (missing_column(), "fault"),
    "a neighbour that failed": (RemoteFault("subjects"), "fault"),
    "a neighbour that did not answer": (TimedOut("subjects"), "timed-out"),
    "a neighbour that is away": (Unavailable("subjects"), "unavailable"),
    "a neighbour that was never set up": (UnknownService("subjects"), "unknown-service"),
    "no connection": (PoolExhausted(), "unavailable"),
    "a database that is away": (OperationalError("", {}, Exception("gone")), "unavailable"),
    "a deadline": (DeadlinePassed(), "timed-out"),
}


@pytest.mark.parametrize(("error", "word"), WORDS.values(), ids=WORDS.keys())
def test_a_failure_has_its_word(error, word):
    def fail():
        raise error

    assert answer("subjects", "act", fail)[0]["failed"] == word


@pytest.mark.parametrize("error", [taken(), StaleVersion()], ids=["a key that is taken", "another act"])
def test_who_comes_second_is_judged_once_more_and_then_told(error):
    runs = []

    def fail():
        runs.append(1)
        raise error

    assert answer("subjects", "act", fail)[0]["refused"]["code"] == "STATE_CONFLICT"
    assert len(runs) == 2


def test_what_has_committed_is_never_run_again():
    runs = []

    def half_done():
        runs.append(1)
        commits.set(commits.get() + 1)
        raise OperationalError("", {}, Exception("lost in the commit"))

    assert answer("subjects", "act", half_done)[0]["failed"] == "timed-out"
    assert len(runs) == 1


def test_a_listener_that_names_a_wrong_column_is_at_fault_on_both_databases():
    assert not is_infrastructure(missing_column())
