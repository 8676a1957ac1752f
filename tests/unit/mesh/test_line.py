"""The socket of a connection: nothing is lost, mixed or waited for by the wrong one, however slow the other end."""

import socket
import time

import eventlet
import pytest
from amqp.serialization import dumps
from amqp.transport import TCPTransport

from plumbline.mesh.broker import frames
from plumbline.mesh.broker.line import Line


class Channel:
    """The little that the line needs of py-amqp's channel."""

    channel_id = 1

    def __init__(self, connection):
        self.connection, self.heard = connection, []
        self.callbacks = {"tag": self.heard.append}


class Connection:
    """The little that the line needs of py-amqp's connection."""

    frame_max, bytes_sent, bytes_recv = 131072, 0, 0

    def __init__(self, ours):
        self.transport = TCPTransport("127.0.0.1:1")
        self.transport.sock = ours
        self.channels = {1: Channel(self)}
        self.others = []
        self.on_inbound_frame = self.others.append


@pytest.fixture
def ends():
    """Our line and the broker's end of the socket."""
    ours, theirs = socket.socketpair()
    connection, faults = Connection(ours), []
    line = Line(connection, faults.append)
    line.connection, line.faults = connection, faults
    yield line, theirs
    line.close()
    ours.close()
    theirs.close()


def delivery(body):
    """The frames of one delivery."""
    method = b"\x00\x3c\x00\x3c" + dumps("sLbss", ("tag", 1, False, "", "q"))
    header = frames._CONTENT.pack(60, 0, len(body)) + frames.transient("c")
    return frames.frame(1, 1, method) + frames.frame(2, 1, header) + frames.frame(3, 1, body)


def test_what_is_written_in_one_turn_goes_out_together(ends):
    line, theirs = ends

    for word in (b"one ", b"two ", b"three"):
        line.write(word)

    assert theirs.recv(100) == b"one two three"


def test_what_the_socket_does_not_take_follows_in_order(ends):
    line, theirs = ends
    pieces = [bytes([n]) * 300_000 for n in range(20)]

    for piece in pieces[:10]:
        line.write(piece)
    eventlet.sleep(0)
    for piece in pieces[10:]:
        line.write(piece)
    received = b""
    with eventlet.Timeout(10):
        while len(received) < 20 * 300_000:
            received += theirs.recv(100_000)

    assert received == b"".join(pieces)


def test_a_write_that_makes_no_progress_shows(ends):
    line, theirs = ends
    before = time.monotonic()

    line.write(b"x" * 3_000_000)
    eventlet.sleep(0)
    eventlet.sleep(0)

    assert line.stuck_since is not None and line.stuck_since >= before
    with eventlet.Timeout(10):
        while line.stuck_since is not None:
            theirs.recv(1_000_000)


def test_whoever_publishes_too_much_waits_for_room(ends):
    line, theirs = ends
    line.write(b"x" * 5_000_000)
    publishing = eventlet.spawn(line.publish, line.connection.channels[1], "q", b"{}", False, correlation_id="c")
    eventlet.sleep(0)
    eventlet.sleep(0)

    assert not publishing.dead
    with eventlet.Timeout(10):
        while not publishing.dead:
            theirs.recv(1_000_000)


def test_a_broken_connection_is_told_once_and_takes_nothing_more(ends):
    line, theirs = ends
    theirs.close()

    line.write(b"one")
    eventlet.sleep(0)
    eventlet.sleep(0)

    assert len(line.faults) == 1
    with pytest.raises(OSError):
        line.write(b"two")


def test_a_delivery_in_any_pieces_arrives_whole(ends):
    line, theirs = ends
    sent = [b"a" * 10, b"b" * 200_000, b""]
    data = b"".join(delivery(body) if body else delivery(b"")[: -frames.AROUND] for body in sent)
    heard = line.connection.channels[1].heard
    reader = eventlet.spawn(lambda: [line.read() for _ in iter(lambda: len(heard) < 3, False)])

    for at in range(0, len(data), 7_001):
        theirs.sendall(data[at : at + 7_001])
        eventlet.sleep(0)
    with eventlet.Timeout(10):
        reader.wait()

    assert [message.body for message in heard] == sent


def test_frames_of_other_kinds_are_left_to_py_amqp(ends):
    line, theirs = ends
    theirs.sendall(frames.frame(8, 0, b"") + frames.frame(1, 1, b"\x00\x3c\x00\x50rest"))

    line.read()

    assert line.connection.others == [(8, 0, b""), (1, 1, b"\x00\x3c\x00\x50rest")]


def test_a_closed_connection_ends_reading(ends):
    line, theirs = ends
    theirs.close()

    with pytest.raises(ConnectionResetError):
        line.read()
