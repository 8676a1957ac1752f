"""What came up in one turn of the hub is done in the next, whatever happens to one of them."""

import eventlet
from greenlet import greenlet

from plumbline.mesh.broker import turns
from plumbline.mesh.broker.turns import NextTurn


def pass_turns():
    """Let the hub go round a few times."""
    for _ in range(4):
        eventlet.sleep(0)


def test_items_are_handled_in_order_in_the_next_turn():
    handled = []
    turn = NextTurn(handled.append)

    turn.add(1)
    turn.add(2)

    assert handled == []
    pass_turns()
    assert handled == [1, 2]


def test_an_item_that_fails_keeps_none_of_the_others(capsys):
    handled = []

    def handle(item):
        if item == "bad":
            raise ValueError(item)
        handled.append(item)

    turn = NextTurn(handle)
    for item in ("one", "bad", "two", "three"):
        turn.add(item)
    pass_turns()

    assert handled == ["one", "two", "three"]
    assert "ValueError" in capsys.readouterr().err  # the hub tells it


def test_what_is_for_the_end_of_a_turn_comes_after_all_its_items():
    order = []

    def handle(item):
        order.append(item)
        if item == 1:
            turns.at_end(lambda: order.append("end"))

    turn = NextTurn(handle)
    turn.add(1)
    turn.add(2)
    pass_turns()

    assert order == [1, 2, "end"]


def test_outside_a_turn_the_end_is_in_the_next_one():
    order = []

    turns.at_end(lambda: order.append("end"))

    assert order == []
    pass_turns()
    assert order == ["end"]


def test_an_item_that_waits_lets_the_others_go_on():
    order, gate = [], eventlet.event.Event()

    def handle(item):
        def run():
            if item == 1:
                gate.wait()
            order.append(item)

        greenlet(run).switch()

    turn = NextTurn(handle)
    turn.add(1)
    turn.add(2)
    pass_turns()
    assert order == [2]

    gate.send(None)
    pass_turns()
    assert order == [2, 1]
