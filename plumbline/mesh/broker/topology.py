"""Exchanges, queues and bindings of the whole system, declared from the contracts before anything starts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from urllib.parse import quote

import requests
from kombu import Connection

from plumbline.mesh.broker import inproc  # noqa: F401 - registers the in-process transport

QUORUM = {"x-queue-type": "quorum"}
CLASSIC = {"x-queue-type": "classic"}


def events_exchange(source: str) -> str:
    """The exchange a service's relay publishes to."""
    return f"{source}.events"


def inbox_queue(consumer: str, source: str) -> str:
    """The queue in which `consumer` finds all events of `source`, in order."""
    return f"{consumer}.from.{source}"


def dead_queue(consumer: str) -> str:
    """Where `consumer` puts away what it can neither parse nor store; nothing leaves it by itself."""
    return f"{consumer}.dead"


@dataclass(frozen=True)
class Party:
    """What the topology needs to know of one service: its name and whose events it applies."""

    service: str
    hears: tuple[str, ...] = ()

    @classmethod
    def of(cls, contract: ModuleType) -> Party:
        """The party a contract module describes."""
        return cls(contract.SERVICE, tuple(contract.HEARS))


def hearers(source: str, parties: Iterable[Party]) -> tuple[str, ...]:
    """Which services apply the events of `source`."""
    return tuple(party.service for party in parties if source in party.hears)


def queues(parties: Iterable[Party]) -> dict[str, dict[str, Any]]:
    """Every lasting queue with its arguments: only the type; the rest is policy."""
    found: dict[str, dict[str, Any]] = {}
    for party in parties:
        found[f"rpc-{party.service}"] = CLASSIC
        found[dead_queue(party.service)] = QUORUM
        for source in party.hears:
            found[inbox_queue(party.service, source)] = QUORUM
    return found


def apply(url: str, parties: Iterable[Party]) -> list[str]:
    """Declare everything; returns the names of the queues. Repeating it changes nothing."""
    parties = list(parties)
    with Connection(url, connect_timeout=5) as connection:
        channel = connection.channel()
        for party in parties:
            channel.exchange_declare(events_exchange(party.service), "topic", durable=True, auto_delete=False)
        for name, arguments in queues(parties).items():
            channel.queue_declare(name, durable=True, auto_delete=False, arguments=arguments)
        for party in parties:
            for source in party.hears:
                channel.queue_bind(inbox_queue(party.service, source), events_exchange(source), "#")
        channel.close()
    return sorted(queues(parties))


def orphans(management_url: str, vhost: str, parties: Iterable[Party]) -> list[str]:
    """Lasting queues of the broker that no contract asks for; raises requests.RequestException."""
    reply = requests.get(f"{management_url.rstrip('/')}/api/queues/{quote(vhost, safe='')}", timeout=5)
    reply.raise_for_status()
    wanted = queues(parties)
    return sorted(
        q["name"] for q in reply.json() if q["durable"] and not q.get("exclusive") and q["name"] not in wanted
    )
