"""The database under load and under fault: who waits, waits within bounds, and keeps nobody else waiting."""

import sqlite3
import sys
import time

import eventlet
import pytest
from eventlet.event import Event
from eventlet.green import subprocess
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from plumbline.mesh.errors import Refused, TimedOut, Unavailable
from plumbline.mesh.stalls import Stalls
from plumbline.mesh.storage.database import is_infrastructure
from tests.mesh.town import wire
from tests.mesh.town.speaker import Item, effects, items
from tests.mesh.town.town import until
from tests.mesh.ways import in_one_process, over_servers

#: Takes the write lock of a file, says so, and lets go when it is told to.
HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
"""


@pytest.fixture
def stalls():
    """Watches whether the process does nothing else for a while."""
    stalls = Stalls(limit_s=0.25)
    stalls.start()
    yield stalls
    stalls.stop()


@pytest.fixture
def other_process(town):
    """Another process that is writing to the speaker's file."""
    path = town.databases["speaker"].url.database
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def write(town, item_id):
    with town.work() as work:
        item = Item(item_id)
        work.items.add(item)
        work.say(item, wire.ItemChanged, {"count": 0})
        work.flush()
        eventlet.sleep(0.02)
        work.commit()


def held(town):
    """Make `speaker.hold` an act that keeps its unit of work until the event is sent."""
    release = Event()

    def hold(request):
        with town.work(inside=True) as work:
            work.session.execute(effects.insert().values(what="held", at=work.legal_now))
            release.wait()
            work.commit()
        return {}

    town.declare("speaker", "hold", hold)
    return release


def test_an_act_that_gets_no_connection_in_time_is_told_that_nothing_was_done(build):
    town = build(pool_size=1, pool_timeout_s=0.2)
    town.start("speaker", "hearer")
    release = held(town)
    holding = eventlet.spawn(town.call, "speaker", "hold")
    until(lambda: town.running[0].runtime.database.engine.pool.checkedout() == 1)
    began = time.monotonic()

    with pytest.raises(Unavailable):
        town.call("speaker", "add", {"id": "a"})

    assert time.monotonic() - began < 2
    release.send()
    assert holding.wait() == {}
    assert town.rows("speaker", items) == []


def test_the_connection_that_became_free_serves_the_next(build):
    town = build(pool_size=1)
    town.start("speaker", "hearer")
    release = held(town)
    holding = eventlet.spawn(town.call, "speaker", "hold")
    until(lambda: town.running[0].runtime.database.engine.pool.checkedout() == 1)
    waiting = eventlet.spawn(town.call, "speaker", "add", {"id": "a"})
    eventlet.sleep(0)

    release.send()

    assert holding.wait() == {}
    assert waiting.wait()["count"] == 1


@in_one_process
def test_writers_of_one_process_wait_for_each_other_and_stall_nobody(town, stalls):
    pool = eventlet.GreenPool(10)

    list(pool.imap(lambda n: write(town, f"item{n}"), range(20)))

    assert len(town.rows("speaker", items)) == 20
    assert not stalls.seen


@in_one_process
def test_a_writer_waits_for_another_process_and_stalls_nobody(town, stalls, other_process):
    writing = eventlet.spawn(write, town, "a")
    with eventlet.Timeout(0.7, False):
        writing.wait()
    assert not writing.dead

    other_process.stdin.write("\n")
    other_process.stdin.flush()
    writing.wait()

    assert len(town.rows("speaker", items)) == 1
    assert not stalls.seen


@in_one_process
def test_a_reader_does_not_wait_for_another_process_that_writes(town, other_process):
    began = time.monotonic()

    assert town.rows("speaker", items) == []

    assert time.monotonic() - began < 0.5


@over_servers
def test_connections_that_the_server_closed_cost_nobody_an_answer(town):
    town.start("speaker", "hearer")
    town.call("speaker", "add", {"id": "a"})
    until(lambda: town.heard())
    for name in ("speaker", "hearer"):
        with town.databases[name].reading() as session:
            session.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                     " AND pid <> pg_backend_pid()")
            )  # fmt: skip

    answers = list(eventlet.GreenPool(5).imap(lambda _: town.call("speaker", "add", {"id": "a"}), range(10)))

    assert sorted(answer["count"] for answer in answers) == list(range(2, 12))
    until(lambda: len(town.heard()) == 11)


def test_when_the_connection_is_lost_in_the_commit_nobody_says_that_nothing_was_done(town):
    town.start("speaker", "hearer")

    def lose(request):
        with town.work() as work:
            work.session.commit = lambda: (_ for _ in ()).throw(OperationalError("COMMIT", {}, Exception("lost")))
            work.commit()

    town.declare("speaker", "lose", lose)

    with pytest.raises(TimedOut):
        town.call("speaker", "lose")


@in_one_process
def test_a_file_is_written_ahead_and_down_to_the_disk(town):
    with town.databases["speaker"].reading() as session:
        pragmas = [session.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
        foreign_keys = session.execute(text("PRAGMA foreign_keys")).scalar()

    assert (pragmas, foreign_keys) == (["wal", 2], 1)


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT", {}, Exception("database is locked")),
        IntegrityError("SELECT", {}, Exception("gone"), connection_invalidated=True),
        Unavailable("speaker"),
        TimedOut("speaker"),
        ConnectionResetError(),
        TimeoutError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_failure_of_the_machinery_is_told_from(error):
    assert is_infrastructure(error)


@pytest.mark.parametrize(
    "error",
    [
        IntegrityError("INSERT", {}, sqlite3.IntegrityError()),
        Refused("speaker", {"code": "NOT_YET"}),
        ValueError(),
        FileNotFoundError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_failure_of_what_was_asked(error):
    assert not is_infrastructure(error)
