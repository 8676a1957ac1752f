"""The broker stops, dies, takes nothing in, or says nothing any more; no process dies or freezes of it."""

from tests.faults import faults
from tests.faults.faults import suffer


def test_a_broker_that_restarts_costs_nothing_but_time(scene, load):
    suffer(scene, load, faults.broker_restarts, 0)


def test_while_a_killed_broker_is_away_calls_fail_at_once_and_afterwards_everything_is_there(scene, load):
    suffer(scene, load, faults.broker_is_killed, 6)


def test_while_a_broker_takes_nothing_in_calls_fail_at_once(scene, load):
    suffer(scene, load, faults.broker_takes_nothing_in, 1)


def test_a_connection_that_is_half_open_is_noticed_by_its_silence(scene, load):
    suffer(scene, load, faults.connection_is_half_open, 1)


def test_a_connection_that_nobody_reads_is_given_up(scene, load):
    suffer(scene, load, faults.connection_stalls, 4)


def test_a_connection_that_is_cut_again_and_again_comes_back(scene, load):
    suffer(scene, load, faults.connection_is_cut, 1)
