"""The envelope every event travels in, between services and out of the feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

#: Member of the wire form by attribute of the envelope.
MEMBERS = {
    "id": str,
    "source": str,
    "type": str,
    "aggregate": str,
    "sequence": int,
    "epoch": int,
    "position": int,
    "occurredAt": str,
    "recordedAt": str,
    "data": dict,
}


class NotAnEnvelope(ValueError):
    """A message that is no event of ours."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event: who said what about which aggregate, in which order.

    ``sequence`` counts the events of the aggregate, ``position`` those of the source, both without gaps within
    an ``epoch``; a restored database raises the epoch. ``occurred_at`` is the legal instant.
    """

    id: str
    source: str
    type: str
    aggregate: str
    sequence: int
    epoch: int
    position: int
    occurred_at: datetime
    recorded_at: datetime
    data: dict[str, Any]
    traceparent: str | None = None

    def to_wire(self) -> dict[str, Any]:
        """The JSON object."""
        wire = {
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "aggregate": self.aggregate,
            "sequence": self.sequence,
            "epoch": self.epoch,
            "position": self.position,
            "occurredAt": self.occurred_at.isoformat(),
            "recordedAt": self.recorded_at.isoformat(),
            "data": self.data,
        }
        return wire if self.traceparent is None else {**wire, "traceparent": self.traceparent}

    @classmethod
    def from_wire(cls, wire: Any) -> Envelope:
        """Read the JSON object, ignoring members it does not know; raises NotAnEnvelope."""
        if not isinstance(wire, dict):
            raise NotAnEnvelope("not an object")
        for member, kind in MEMBERS.items():
            if not isinstance(wire.get(member), kind) or isinstance(wire[member], bool):
                raise NotAnEnvelope(f"{member} is missing or of another type")
        if min(wire["sequence"], wire["position"], wire["epoch"]) < 1:
            raise NotAnEnvelope("counts begin at 1")
        try:
            instants = [datetime.fromisoformat(wire[name]) for name in ("occurredAt", "recordedAt")]
        except ValueError as error:
            raise NotAnEnvelope("an instant is malformed") from error
        if any(instant.tzinfo is None for instant in instants):
            raise NotAnEnvelope("an instant has no offset")
        traceparent = wire.get("traceparent")
        return cls(
            **{
                name: wire[name]
                for name in ("id", "source", "type", "aggregate", "sequence", "epoch", "position", "data")
            },
            occurred_at=instants[0],
            recorded_at=instants[1],
            traceparent=traceparent if isinstance(traceparent, str) else None,
        )
