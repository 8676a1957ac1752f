"""The topology: what queues there are follows from the contracts, and anything else is named."""

import json
from contextlib import contextmanager

import eventlet
import pytest
import requests
from eventlet.green.http.server import BaseHTTPRequestHandler, HTTPServer
from typer.testing import CliRunner

from plumbline.cli import topology as command
from plumbline.mesh import city
from plumbline.mesh.broker import topology
from plumbline.mesh.broker.topology import Party, hearers, queues
from tests.mesh.town import wire
from tests.mesh.town.queues import Queues
from tests.mesh.town.town import PARTIES, until

NAMES = ["hearer.dead", "hearer.from.speaker", "rpc-hearer", "rpc-speaker", "speaker.dead"]


def test_the_queues_follow_from_the_contracts():
    quorum, classic = {"x-queue-type": "quorum"}, {"x-queue-type": "classic"}

    assert queues(PARTIES) == {
        "rpc-speaker": classic,
        "speaker.dead": quorum,
        "rpc-hearer": classic,
        "hearer.dead": quorum,
        "hearer.from.speaker": quorum,
    }


def test_a_party_is_what_its_contract_says():
    assert Party.of(wire.HEARER) == Party("hearer", ("speaker",))
    assert hearers("speaker", PARTIES) == ("hearer",)
    assert hearers("hearer", PARTIES) == ()


def test_everything_is_declared_and_declaring_it_again_changes_nothing(town, queue):
    queue.put("hearer.from.speaker", b"kept")
    until(lambda: queue.count("hearer.from.speaker"))

    assert topology.apply(town.settings.broker_url, PARTIES) == NAMES

    assert queue.count("hearer.from.speaker") == 1
    assert [queue.count(name) for name in NAMES] == [0, 1, 0, 0, 0]


def test_every_event_of_a_source_reaches_each_who_hears_it(town, queue):
    for name in ("item_changed.v1", "anything_else.v7"):
        queue.put(name, b"{}", exchange="speaker.events")
    queue.put("item_changed.v1", b"{}", exchange="hearer.events")

    until(lambda: queue.count("hearer.from.speaker") >= 2)
    assert queue.count("hearer.from.speaker") == 2


def test_queues_outlast_their_connection(town):
    with Queues(town.settings.broker_url) as again:
        assert [again.count(name) for name in NAMES] == [0] * 5


@contextmanager
def management(vhost, found):
    """A broker's management interface that knows these queues of this virtual host."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802
            known = self.path == f"/api/queues/{vhost}"
            self.send_response(200 if known else 404)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    serving = eventlet.spawn(server.serve_forever, 0.01)
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    serving.wait()
    server.server_close()


FOUND = [
    *({"name": name, "durable": True} for name in NAMES),
    {"name": "hearer.from.cases", "durable": True},
    {"name": "rpc-cases", "durable": True, "exclusive": False},
    {"name": "reply-hearer-1f", "durable": False, "exclusive": True},
    {"name": "somebodys", "durable": True, "exclusive": True},
]


def test_lasting_queues_that_no_contract_asks_for_are_listed():
    with management("city%2Fone", FOUND) as url:
        assert topology.orphans(url, "city/one", PARTIES) == ["hearer.from.cases", "rpc-cases"]


def test_without_a_management_interface_the_question_fails_and_says_so():
    with management("other", []) as url, pytest.raises(requests.RequestException):
        topology.orphans(url, "/", PARTIES)


def test_the_command_line_declares_and_lists_orphans(town, monkeypatch):
    monkeypatch.setenv("PLUMBLINE_BROKER_URL", town.settings.broker_url)
    monkeypatch.setattr(city, "parties", lambda: PARTIES)
    vhost = town.settings.broker_url.rsplit("/", 1)[1]

    with management(vhost, FOUND) as url:
        done = CliRunner().invoke(command.app, ["apply", "--management", url])

    assert done.output.splitlines() == [
        *(f"queue   {name}" for name in NAMES),
        "orphan  hearer.from.cases",
        "orphan  rpc-cases",
    ]


def test_the_command_line_says_when_orphans_were_not_looked_for(town, monkeypatch):
    monkeypatch.setenv("PLUMBLINE_BROKER_URL", town.settings.broker_url)
    monkeypatch.setattr(city, "parties", lambda: PARTIES)

    done = CliRunner().invoke(command.app, ["apply"])

    assert "orphans not looked for" in done.output
