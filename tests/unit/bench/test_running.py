"""How a run is carried out: in turns, with every answer looked at."""

import pytest

from bench.load import EVERY, FIRST, Differs, Load
from bench.processes import Failed, Measured
from bench.rounds import alternate


def test_parties_take_turns_and_the_first_round_only_warms_up():
    turns = []
    figures = iter([{"n": n} for n in (100, 200, 1, 5, 3, 9, 2, 7)])

    def party(name):
        return lambda: turns.append(name) or next(figures)

    found = alternate({"a": party("a"), "b": party("b")}, rounds=3)

    assert turns == ["a", "b"] * 4
    assert found == {"a": {"n": 2}, "b": {"n": 7}}
    assert found.ratio("b", "a", "n") == 3.5


def test_a_wrong_answer_ends_the_load():
    load = Load(1, {"right": True})

    with pytest.raises(Differs):
        load.note(0, {"right": False})


def test_a_late_wrong_answer_is_found_too():
    load = Load(1, "right")
    for _ in range(FIRST + 1):
        load.note(0, "right")

    with pytest.raises(Differs):
        for _ in range(EVERY):
            load.note(0, "wrong")


def test_a_process_that_answers_wrongly_ends_the_run():
    with Measured("tests.unit.bench.wrong") as process:
        process.ready()

        with pytest.raises(Failed, match="Differs"):
            process.ask("call", right="the right answer")


def test_a_process_that_ends_ends_the_run():
    with Measured("tests.unit.bench.wrong") as process, pytest.raises(Failed, match="TypeError"):
        process.ready()
        process.ask("call")


def test_the_figures_of_a_load_are_rates_and_times():
    load = Load(1, None)
    for _ in range(100):
        load.note(load.began, None)

    found = load.result()

    assert found["calls"] == 100
    assert found["per_s"] > 0
    assert 0 <= found["p50_ms"] <= found["p99_ms"]
