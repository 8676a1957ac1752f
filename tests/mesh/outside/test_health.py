"""The health port answers whatever the hub and the clients do."""

import json
import time
from collections.abc import Iterator

import eventlet
import pytest

from plumbline.mesh import metrics
from plumbline.mesh.health import PARTS, Health
from tests.harness.waiting import wait_for
from tests.mesh.outside.asking import Aside, asked, block_the_hub, connect, get, raw, read_all, ready

QUICK_S = 1.0


@pytest.fixture
def health() -> Iterator[Health]:
    health = Health("127.0.0.1", 0, ["subjects"])
    health.start()
    yield health
    health.stop()


def all_well(health: Health, service: str = "subjects") -> None:
    for part in PARTS:
        health.set(service, part, True)


def test_a_starting_process_lives_and_is_not_ready(health: Health) -> None:
    assert get(health.port, "/live")[0] == 200
    status, said = ready(health.port)
    assert status == 503
    assert said["failing"] == ["subjects.broker", "subjects.database", "subjects.schema", "subjects.accepting"]


def test_it_is_ready_when_every_part_of_every_service_is(health: Health) -> None:
    health.set("personnel", "broker", True)
    all_well(health)
    assert ready(health.port)[0] == 503
    all_well(health, "personnel")
    assert ready(health.port)[0] == 200


def test_it_says_at_once_what_is_missing_and_why(health: Health) -> None:
    all_well(health)
    health.set("subjects", "database", False, "no connection")
    status, said = ready(health.port)
    assert (status, said["ready"], said["failing"]) == (503, False, ["subjects.database"])
    assert said["services"]["subjects"]["database"] == {"ok": False, "detail": "no connection"}
    assert get(health.port, "/live")[0] == 200


def test_a_stopping_process_is_not_ready_and_lives(health: Health) -> None:
    all_well(health)
    health.stopping()
    assert ready(health.port)[1]["stopping"] is True
    assert ready(health.port)[0] == 503
    health.set("subjects", "database", False)
    all_well(health)
    assert ready(health.port)[0] == 503
    assert get(health.port, "/live")[0] == 200


def test_it_answers_while_the_hub_is_frozen(health: Health) -> None:
    all_well(health)

    def ask() -> list[tuple[int, float]]:
        answers = []
        for path in ("/live", "/ready", "/live"):
            begun = time.monotonic()
            answers.append((get(health.port, path)[0], time.monotonic() - begun))
        return answers

    aside = Aside(ask, after=0.3)
    block_the_hub(2.0)
    assert aside.answers, "the answers came while the hub was held up"
    assert [status for status, _ in aside.answer()] == [200, 200, 200]
    assert max(seconds for _, seconds in aside.answer()) < QUICK_S


def test_a_hub_that_stays_away_is_neither_alive_nor_ready(health: Health, monkeypatch: pytest.MonkeyPatch) -> None:
    all_well(health)
    monkeypatch.setattr(health, "LIVE_S", 0.4)
    aside = Aside(lambda: (get(health.port, "/live"), ready(health.port)), after=0.8)
    block_the_hub(1.5)
    (live, said), (status, _) = aside.answer()
    assert (live, json.loads(said)["live"], status) == (503, False, 503)
    wait_for(lambda: get(health.port, "/live")[0] == 200, 5, "the hub is back")


def test_metrics_are_rendered_by_the_hub_when_they_are_asked_for(health: Health) -> None:
    metrics.expired("health-a").inc(7)
    status, text = asked(health.port, "/metrics")
    assert status == 200
    assert b'plumbline_rpc_server_expired_total{service="health-a"} 7.0' in text


def test_a_scrape_of_a_frozen_process_gets_the_last_metrics(health: Health) -> None:
    asked(health.port, "/metrics")
    metrics.expired("health-b").inc()
    health.FRESH_S, health.SCRAPE_S = 0.0, 0.3
    aside = Aside(lambda: get(health.port, "/metrics"), after=0.1)
    block_the_hub(1.2)
    assert aside.answers, "the answer came while the hub was held up"
    status, text = aside.answer()
    assert status == 200 and b"plumbline_" in text and b"health-b" not in text


def test_metrics_never_take_a_turn_that_others_wait_for(health: Health) -> None:
    for number in range(60):
        metrics.rpc_server("health-c", f"m{number}").ended(time.perf_counter())
    turns = 0

    def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            eventlet.sleep(0)

    greenlet = eventlet.spawn(others)
    eventlet.sleep(0)
    before = turns
    health._render()
    greenlet.kill()
    assert turns - before > 20


def test_other_paths_methods_and_nonsense_are_answered_and_forgotten(health: Health) -> None:
    assert get(health.port, "/")[0] == 404
    assert get(health.port, "/live?x=1")[0] == 200
    assert b" 405 " in raw(health.port, b"POST /live HTTP/1.1\r\n\r\n")
    assert raw(health.port, b"HEAD /live HTTP/1.1\r\n\r\n").endswith(b"\r\n\r\n")
    for nonsense in (
        b"\r\n\r\n",
        b"\x16\x03\x01\x02\r\n\r\n",
        b"GET live HTTP/1.1\r\n\r\n",
        b"a b c d\n\n",
        b"x" * 9000,
    ):
        assert b" 400 " in raw(health.port, nonsense)
    assert get(health.port, "/live")[0] == 200


def test_clients_that_send_nothing_or_read_nothing_hold_nobody_up(health: Health) -> None:
    silent = [connect(health.port) for _ in range(100)]
    for client in silent[50:]:
        client.sendall(b"GET /live HT")
    begun = time.monotonic()
    assert get(health.port, "/live")[0] == 200
    assert time.monotonic() - begun < QUICK_S
    for client in silent:
        client.close()


def test_a_client_that_never_finishes_is_let_go(health: Health, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health._server, "PATIENCE_S", 0.2)
    client = connect(health.port)
    client.sendall(b"GET /li")
    assert read_all(client) == b""


def test_a_client_that_resets_the_connection_is_forgotten(health: Health) -> None:
    for _ in range(20):
        client = connect(health.port)
        client.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
        client.setsockopt(1, 13, b"\x01\x00\x00\x00\x00\x00\x00\x00")  # SO_LINGER 0: close() resets
        client.close()
    assert get(health.port, "/live")[0] == 200
    wait_for(lambda: not health._server._clients, 10, "nobody is left")


def test_stopping_it_frees_the_port() -> None:
    first = Health("127.0.0.1", 0)
    first.start()
    port = first.port
    first.stop()
    second = Health("127.0.0.1", port)
    second.start()
    assert get(port, "/live")[0] == 200
    second.stop()


def test_a_taken_port_is_an_error_at_start(health: Health) -> None:
    with pytest.raises(OSError):
        Health("127.0.0.1", health.port).start()
