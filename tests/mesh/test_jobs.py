"""Jobs: long work in steps, each once, whoever works and however often they die."""

import eventlet
import pytest
from sqlalchemy import select

from plumbline.mesh import clock
from plumbline.mesh.claims import ClaimLoop
from plumbline.mesh.jobs import JobClaim, LeaseLost
from plumbline.mesh.storage.tables import jobs
from tests.mesh.town import speaker
from tests.mesh.town.town import until


def begin(town, to):
    """Ask for a job that counts to a number; each step has an effect."""
    with town.work() as work:
        job_id = work.jobs.start("count", {"to": to})
        work.commit()
    return job_id


def row_of(town, job_id):
    (row,) = [row for row in town.rows("speaker", jobs) if row.id == job_id]
    return row


def steps(job_id, to):
    return [f"{job_id}:{n}" for n in range(to)]


@pytest.fixture
def worker(build):
    """A town whose leases end soon."""
    return build(job_lease_s=1)


def test_a_job_runs_to_its_end_and_keeps_its_result(town):
    job_id = begin(town, 5)

    town.start("speaker", serves=False)

    until(lambda: row_of(town, job_id).finished_at, what="the end")
    row = row_of(town, job_id)
    assert (row.state, row.done, row.total, row.result) == ("done", 5, 5, {"counted": 5})
    assert town.effects() == steps(job_id, 5)


def test_two_workers_share_the_jobs(town):
    begun = [begin(town, 3) for _ in range(6)]

    town.start("speaker", serves=False)
    town.start("speaker", serves=False)

    until(lambda: all(row_of(town, job_id).finished_at for job_id in begun), what="the end of all")
    assert sorted(town.effects()) == sorted(step for job_id in begun for step in steps(job_id, 3))


def hanging_after(steps_done, gate):
    """A way to count that stops for ever after some steps."""

    def hang(self, job):
        while job.done < steps_done:
            with job.step() as work:
                work.session.execute(speaker.effects.insert().values(what=f"{job.id}:{job.done}", at=work.legal_now))
                job.advance(work, job.done + 1, total=job.params["to"])
                work.commit()
        gate.send(None)
        eventlet.event.Event().wait()

    hang.nameko_entrypoints = speaker.Speaker.count.nameko_entrypoints
    return hang


def test_another_worker_goes_on_where_a_dead_one_stopped(worker, monkeypatch):
    gate = eventlet.event.Event()
    job_id = begin(worker, 6)
    with monkeypatch.context() as patched:
        patched.setattr(speaker.Speaker, "count", hanging_after(3, gate))
        dead = worker.start("speaker", serves=False)
        gate.wait()
    while dead.runtime.loops["jobs"]._threads:
        dead.runtime.loops["jobs"]._threads.pop().kill()

    worker.start("speaker", serves=False)

    until(lambda: row_of(worker, job_id).finished_at, what="the end")
    assert worker.effects() == steps(job_id, 6)


def test_who_lost_the_lease_saves_nothing_more(town):
    job_id = begin(town, 2)
    late, saved = [], []

    def slow(job):
        town.execute("speaker", jobs.update().values(holder="another"))
        try:
            with job.step() as work:
                saved.append(work)
        except LeaseLost:
            late.append(job.id)
            raise

    assert loop(town, slow).turn() == 1

    assert (late, saved) == ([job_id], [])
    assert row_of(town, job_id).finished_at is None


def test_a_lease_lost_within_a_step_rolls_the_step_back(town):
    """The step's own transaction holds the row, so a taker waits until it ends, or the step finds the row taken."""
    job_id = begin(town, 1)

    def one(job):
        with job.step() as work:
            work.session.execute(speaker.effects.insert().values(what="never committed", at=work.legal_now))
            job.advance(work, 1)
            raise LeaseLost(job.id)

    loop(town, one).turn()

    assert town.effects() == []
    assert row_of(town, job_id).done == 0


def loop(town, method):
    """A worker's loop that is turned by hand."""
    database = town.databases["speaker"]
    claim = JobClaim(
        "speaker", speaker.STORAGE, database, {"count": method}, lease_s=30, attempts=3, committed=lambda said: None
    )
    return ClaimLoop("speaker", claim, database, database.engine, workers=1, batch=1, poll_s=1)


def test_a_job_that_is_asked_to_end_ends_at_its_next_step(town):
    job_id = begin(town, 10)

    def cancelled_in_the_middle(job):
        for n in range(10):
            if n == 4:
                with town.work() as work:
                    assert work.jobs.cancel(job_id)
                    work.commit()
            with job.step() as work:
                work.session.execute(speaker.effects.insert().values(what=str(n), at=work.legal_now))
                job.advance(work, n + 1)
                work.commit()

    loop(town, cancelled_in_the_middle).turn()

    assert row_of(town, job_id).state == "cancelled"
    assert town.effects() == ["0", "1", "2", "3"]


def test_a_failed_job_goes_on_from_its_checkpoint_and_in_the_end_gives_up(town):
    job_id = begin(town, 3)

    def fails(job):
        with job.step() as work:
            job.advance(work, job.done + 1, checkpoint={"at": job.done + 1})
            work.commit()
        raise ZeroDivisionError

    turns = loop(town, fails)
    for _ in range(3):
        assert turns.turn() == 1
        town.execute("speaker", jobs.update().values(next_try_at=None))

    row = row_of(town, job_id)
    assert (row.state, row.error, row.attempts) == ("failed", "ZeroDivisionError", 3)
    assert (row.done, row.checkpoint) == (3, {"at": 3})


def test_failures_of_the_machinery_do_not_count(town):
    job_id = begin(town, 1)

    def away(job):
        raise ConnectionError

    turns = loop(town, away)
    for _ in range(5):
        turns.turn()
        town.execute("speaker", jobs.update().values(next_try_at=None))

    assert (row_of(town, job_id).attempts, row_of(town, job_id).finished_at) == (0, None)


def test_a_job_runs_at_the_legal_instant_it_was_asked_for(town):
    asked = clock.legal_now()
    begin(town, 1)
    seen = []

    loop(town, lambda job: seen.append(clock.legal_now())).turn()

    assert abs((seen[0] - asked).total_seconds()) < 5
    with town.databases["speaker"].reading() as session:
        assert session.execute(select(jobs.c.context)).scalar_one()["legal-now"] == seen[0].isoformat()
