"""Events end to end, from the commit of an act in one process to the commit of its effect in another."""

from __future__ import annotations

import itertools

from bench.figures import Chapter, Table, Target
from bench.load import share
from bench.processes import Failed, Measured, cpu_s, profiled
from bench.rounds import Effort, Figures, alternate
from bench.surroundings import Surroundings, run_sql
from tests.harness import wait_for

ABOUT = """\
One process commits acts and relays their events, another receives and applies them: outbox, RabbitMQ with confirms and
a quorum queue, inbox, one effect row per event. Both ends are PostgreSQL's own commit times, so nothing is counted
before it is safe. At the end every event has had its effect exactly once and in order, or the run fails."""
COLUMNS = ("acts", "events", "events/s", "speaker µs an event", "hearer µs an event", "broker µs an event")
LATENCY = ("acts a second", "events", "p50 ms", "p99 ms", "longest ms")
#: Name of a kind of load: events an act says, acts at once.
LOADS = {"50 events each, 4 at once": (50, 4), "1 event each, 10 at once": (1, 10)}
CALM_PER_S = 20
#: Commit times in seconds: of the acts whose items begin so, and of their effects.
SAID = "SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 FROM items WHERE id LIKE '{}-%'"
HEARD = "SELECT item, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 FROM heard WHERE item LIKE '{}-%'"


class Pair:
    """The two processes and the queries that look at their databases."""

    def __init__(self, surroundings: Surroundings, speaker: Measured, hearer: Measured, env: dict[str, str]) -> None:
        self.speaker, self.hearer = speaker, hearer
        self.pids = [speaker.pid, hearer.pid, surroundings.broker_pid]
        self.said_url, self.heard_url = (env[f"PLUMBLINE_DATABASE_URL_{name}"] for name in ("SPEAKER", "HEARER"))
        self._runs = itertools.count()

    def burst(self, events: int, each: int, writers: int) -> Figures:
        """Say as many as asked as fast as possible; from the first commit to the last effect."""
        prefix, used = f"run{next(self._runs)}", [cpu_s(pid) for pid in self.pids]
        self.speaker.ask("say", acts=events // each, each=each, writers=writers, prefix=prefix)
        said, heard = self.outcome(prefix, events // each * each)
        cost = [1e6 * (cpu_s(pid) - before) / events for pid, before in zip(self.pids, used, strict=True)]
        seconds = max(at for _, at in heard) - min(at for _, at in said)
        return {"per_s": len(heard) / seconds, "speaker_us": cost[0], "hearer_us": cost[1], "broker_us": cost[2]}

    def calm(self, acts: int) -> list[float]:
        """Seconds from act to effect, at a rate that leaves everything idle in between."""
        prefix = f"run{next(self._runs)}"
        self.speaker.ask("say", acts=acts, each=1, writers=4, prefix=prefix, per_s=CALM_PER_S)
        said, heard = self.outcome(prefix, acts)
        begun = dict(said)
        return sorted(at - begun[item] for item, at in heard)

    def outcome(self, prefix: str, events: int) -> tuple[list[tuple], list[tuple]]:
        """When acts and effects were committed, once every event has had its effect."""
        count = f"SELECT count(*) FROM heard WHERE item LIKE '{prefix}-%'"
        wait_for(lambda: run_sql(self.heard_url, count)[0][0] >= events, 120, f"{events} effects")
        return run_sql(self.said_url, SAID.format(prefix)), run_sql(self.heard_url, HEARD.format(prefix))

    def check(self) -> None:
        """Fail unless every event had one effect, in order."""
        (said,) = run_sql(self.said_url, "SELECT count(*), count(DISTINCT id) FROM outbox")
        (heard,) = run_sql(self.heard_url, "SELECT count(*), count(DISTINCT (item, sequence)) FROM heard")
        order = "SELECT 1 FROM (SELECT sequence - lag(sequence) OVER (PARTITION BY item ORDER BY row) d FROM heard) h"
        if said != heard or run_sql(self.heard_url, f"{order} WHERE d <> 1"):
            raise Failed(f"said {said}, heard {heard}: events were lost, doubled or out of order")


def measure(surroundings: Surroundings, effort: Effort) -> Chapter:
    """Sustained rate and latency."""
    chapter = Chapter("events", "Events end to end", ABOUT, [Table("Sustained", COLUMNS), Table("When calm", LATENCY)])
    env = surroundings.town()
    with (
        Measured("bench.roles.service", "speaker", env=env) as speaker,
        Measured("bench.roles.service", "hearer", env=env) as hearer,
    ):
        speaker.ready(), hearer.ready()
        pair = Pair(surroundings, speaker, hearer, env)
        loads = {
            name: (lambda each=each, writers=writers: pair.burst(effort.events, each, writers))
            for name, (each, writers) in LOADS.items()
        }
        for name, found in alternate(loads, effort.rounds).items():
            cost = [found["speaker_us"], found["hearer_us"], found["broker_us"]]
            chapter.tables[0].rows.append([name, effort.events, found["per_s"], *cost])
            # With one event to an act it is the acts that fill the processors, so that is not what is asked.
            bulk = LOADS[name][0] > 1
            chapter.targets.append(Target(f"events/s, {name}", found["per_s"], least=500 if bulk else None, aimed=500))
        _calm(chapter, pair.calm(max(effort.events // 15, 20)))
        pair.check()
        if chapter.missed:
            chapter.profiles = _profile(pair, effort)
    return chapter


def _calm(chapter: Chapter, times: list[float]) -> None:
    p50, p99 = 1000 * share(times, 0.5), 1000 * share(times, 0.99)
    chapter.tables[1].rows.append([CALM_PER_S, len(times), p50, p99, 1000 * times[-1]])
    chapter.targets.append(Target("p99 from act to effect when calm", p99 / 1000, "s", most=1))


def _profile(pair: Pair, effort: Effort) -> dict[str, list[tuple[str, float]]]:
    both = {"speaker": pair.speaker, "hearer": pair.hearer}
    for process in both.values():
        process.ask("profile")
    pair.burst(effort.events, 50, 4)
    return {
        name: rows
        for who, process in both.items()
        for name, rows in profiled(f"{who}, 50 events each", process).items()
    }
