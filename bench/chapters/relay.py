"""The relay beside publishing alone, of the same bodies with the same promise of the broker."""

from __future__ import annotations

import json
from typing import Any

from bench.figures import Chapter, Table
from bench.processes import Failed, Measured
from bench.rounds import Effort, Figures, alternate, with_cpu
from bench.surroundings import Surroundings, run_sql

ABOUT = """\
The relay reads unsent rows, gives them positions, publishes, waits for the confirms and marks them, 200 at a time.
Beside it py-amqp alone publishes the very bodies the relay had put into the queue (persistent, mandatory, quorum
queue), with confirms awaited per 200, per 1000 and one by one, from memory and without a database."""
COLUMNS = ("who", "rows/s", "÷ raw in 200s", "sender µs a row", "broker µs a row")
EXCHANGE, QUEUE = "speaker.events", "hearer.from.speaker"
FILL = """\
INSERT INTO outbox (id, type, aggregate, sequence, occurred_at, recorded_at, traceparent, data)
SELECT gen_random_uuid()::text, 'item_changed.v1', 'item-' || n % 100, n / 100 + 1, now(), now(),
'00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00', json_build_object('count', n)
FROM generate_series(0, {} - 1) n"""
AGAIN = """\
UPDATE outbox SET sent_at = NULL, position = NULL, epoch = NULL; UPDATE outbox_head SET position = 0"""
OURS, RAW = "plumbline relay", "raw py-amqp, confirms per 200"


def measure(surroundings: Surroundings, effort: Effort) -> Chapter:
    """Rows per second."""
    chapter = Chapter("relay", "The relay", ABOUT, [Table("Published, confirmed and (ours) marked", COLUMNS)])
    env, rows = surroundings.town(), effort.events
    url, broker = env["PLUMBLINE_DATABASE_URL_SPEAKER"], surroundings.broker.url
    run_sql(url, FILL.format(rows))
    publisher = Measured("bench.rivals.raw_publisher", broker, EXCHANGE, QUEUE)
    with Measured("bench.roles.relayer", env=env) as relay, publisher as raw:
        relay.ready(), raw.ready(), relay.ask("send", rows=rows)
        _check(raw.ask("take", rows=rows), rows)

        def run(sender: Measured, **order: int) -> Figures:
            if sender is relay:
                run_sql(url, AGAIN)
            return _sent(sender, raw, surroundings.broker_pid, rows, order)

        parties = {
            OURS: lambda: run(relay, rows=rows),
            RAW: lambda: run(raw, batch=200),
            "raw py-amqp, confirms per 1000": lambda: run(raw, batch=1000),
            "raw py-amqp, each confirmed": lambda: run(raw, batch=1),
        }
        found = alternate(parties, effort.rounds)
    chapter.tables[0].rows += [_row(name, figures, found.ratio(name, RAW)) for name, figures in found.items()]
    return chapter


def _row(name: str, figures: Figures, ratio: Any) -> list[Any]:
    return [name, figures["per_s"], ratio, figures["sender_us"], figures["broker_us"]]


def _sent(sender: Measured, raw: Measured, broker: int, rows: int, order: dict[str, int]) -> Figures:
    found = with_cpu({"sender": sender.pid, "broker": broker}, lambda: sender.ask("send", **order))
    if (count := raw.ask("purge")["count"]) != rows:
        raise Failed(f"{count} messages in the queue instead of {rows}")
    return found


def _check(ends: dict[str, str], rows: int) -> None:
    first, last = (json.loads(ends[end]) for end in ("first", "last"))
    if (first["position"], last["position"], last["data"]["count"]) != (1, rows, rows - 1):
        raise Failed(f"the relay sent {first} first and {last} last")
