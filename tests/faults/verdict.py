"""Whether every promise was kept, judged by what clients were told and what the databases hold."""

from __future__ import annotations

from collections import defaultdict

from plumbline.mesh.storage.tables import inbox_lane, outbox
from tests.faults.load import DEADLINE_S, TIMES, TOLERANCE_S, Told
from tests.mesh.town import speaker
from tests.mesh.town.town import Town

ALL = [(n, n) for n in range(1, TIMES + 1)]


def verdict(town: Town, told: Told) -> None:
    """Assert every promise that can be seen once everything has come to rest."""
    effects = defaultdict(list)
    for item, sequence, count in town.heard():
        effects[item].append((sequence, count))
    _in_order(effects)
    _as_told(effects, told)
    _only_what_was_said(effects, town)
    _nobody_charged(town)
    assert told.faults == []
    assert told.longest_s < DEADLINE_S + TOLERANCE_S, f"a call took {told.longest_s:.1f} s"


def _in_order(effects: dict[str, list]) -> None:
    wrong = {item: found for item, found in effects.items() if found != [(n, n) for n in range(1, len(found) + 1)]}
    assert not wrong, f"lost, doubled or out of order: {_some(wrong.items())}"


def _as_told(effects: dict[str, list], told: Told) -> None:
    """What was answered came once; what was refused, never; what nobody knows, once or never."""
    found = {item: effects.get(item, []) for item in told.items}
    assert not (wrong := [item for item in told.done if found[item] != ALL]), f"done, not once: {_some(wrong)}"
    assert not (wrong := [item for item in told.undone if found[item]]), f"not done, with effect: {_some(wrong)}"
    wrong = [item for item in told.unknown if found[item] not in ([], ALL)]
    assert not wrong, f"perhaps done, more than once or in part: {_some(wrong)}"
    for item in told.shared_done | told.shared_unknown:
        acts, rest = divmod(len(effects.get(item, [])), TIMES)
        least, most = told.shared_done[item], told.shared_done[item] + told.shared_unknown[item]
        assert least <= acts <= most and not rest, f"{item}: {acts} acts with effect, {least} to {most} expected"


def _only_what_was_said(effects: dict[str, list], town: Town) -> None:
    """An effect has a committed event, an event a committed act; all are sent, without a gap in their numbers."""
    versions = {row.id: row.version for row in town.rows("speaker", speaker.items)}
    assert {item: len(found) for item, found in effects.items()} == versions
    rows = town.rows("speaker", outbox, outbox.c.position)
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    assert all(row.sent_at for row in rows)


def _nobody_charged(town: Town) -> None:
    """The machinery failed, not the events."""
    lanes = town.rows("hearer", inbox_lane)
    assert not (wrong := [lane for lane in lanes if lane.state != "idle" or lane.attempts]), _some(wrong)


def unfinished(town: Town) -> list[str]:
    """What was said and has not been sent and applied yet."""
    versions = {row.id: row.version for row in town.rows("speaker", speaker.items)}
    lanes = {lane.aggregate: lane for lane in town.rows("hearer", inbox_lane)}
    unsent = [f"unsent: {row.aggregate} {row.sequence}" for row in town.rows("speaker", outbox) if not row.sent_at]
    behind = [item for item, version in versions.items() if item not in lanes or lanes[item].applied < version]
    busy = [f"{lane.state}: {lane.aggregate} {lane.applied}" for lane in lanes.values() if lane.state != "idle"]
    return [*unsent, *(f"not applied: {item}" for item in behind), *busy]


def _some(found: object) -> list:
    return list(found)[:3]  # type: ignore[call-overload]
