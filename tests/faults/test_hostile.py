"""Whatever a stranger puts into any queue of a serving system, it goes on serving."""

import itertools
import time

import orjson
import pytest

from tests.mesh.town.queues import Queues

QUEUES = ("rpc-speaker", "rpc-hearer", "hearer.from.speaker")


def request(**more):
    return {"method": "echo", "deadline": str(time.time() + 60), **more}


def event(**more):
    return orjson.dumps({
        "id": "i", "source": "speaker", "type": "item_changed.v1", "aggregate": "forged", "sequence": 1, "epoch": 1,
        "position": 1, "occurredAt": "2026-01-01T00:00:00Z", "recordedAt": "2026-01-01T00:00:00Z",
        "data": {"count": 1}, **more,
    })  # fmt: skip


#: Body and properties of each.
NASTY = (
    (b"", {}),
    (b"{}", {"content_type": None}),
    (b"\x80\x04N.", {"content_type": "application/x-python-serialize"}),
    (b"{" * 100_000, {}),
    (b'{"a": ' * 2000 + b"1" + b"}" * 2000, {"headers": request()}),
    (b"\xff\xfe\x00", {"content_encoding": "utf-16"}),
    (b"{}", {"content_encoding": "no-such-coding", "headers": request()}),
    (b'{"a": "' + b"x" * 5_000_000 + b'"}', {"headers": request(), "reply_to": "nobody", "correlation_id": "big"}),
    (b"{}", {"headers": {"method": {"a": [1, {"b": b"\x00"}]}, "deadline": ["x"], "n": None, "t": True, "f": 1.5}}),
    (b"{}", {"headers": request(method=7), "correlation_id": "a" * 255, "reply_to": "b" * 255}),
    (b"{}", {"headers": request(method="_ask"), "reply_to": "rpc-speaker", "correlation_id": "to itself"}),
    (b"{}", {"headers": request(), "reply_to": "hearer.from.speaker", "correlation_id": "to the inbox"}),
    (b"{}", {"headers": request(deadline="1e308", traceparent="\x00" * 60), "reply_to": ""}),
    (b"{}", {"headers": {"deadline": "-inf", "method": "echo"}, "expiration": "1"}),
    (event(source="nobody"), {}),
    (event(aggregate="x" * 5000), {}),
    (event(aggregate="a\x00b"), {}),
    (event(sequence=2**63), {}),
    (event(epoch=2**31), {}),
    (event(epoch=-1), {}),
    (event(data=[]), {}),
    (event(occurredAt="yesterday"), {}),
    (event(type="unheard_of.v1", aggregate="unheard of"), {}),
)


@pytest.fixture
def stranger(scene):
    with Queues(scene.broker.url) as queues:
        yield queues


def test_messages_no_service_would_send(scene, load, stranger):
    load.until_done()
    for (body, properties), queue in itertools.product(NASTY, (*QUEUES, *replies(scene))):
        stranger.put(queue, body, **properties)
    load.until_done()

    told = scene.rest(load)
    assert (told.unknown, told.undone) == (set(), set())


def test_the_same_call_many_times_takes_no_worker_away(scene, load, stranger):
    for _ in range(50):
        stranger.put("rpc-speaker", b"{}", headers=request(), reply_to="nobody", correlation_id="again")
    load.until_done()

    scene.rest(load)
    consumers = scene.broker.ctl("list_queues", "-p", "plumbline", "name", "messages_unacknowledged")
    assert "rpc-speaker\t0" in consumers, consumers


def replies(scene):
    """The queues that clients read their answers from."""
    return [name for name in scene.broker.queues() if name.startswith("reply-")]
