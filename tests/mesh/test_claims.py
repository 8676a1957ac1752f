"""The loop that claims rows: it misses no wake, and a failure in picking is not swallowed."""

import eventlet
import pytest

from plumbline.mesh.claims import ClaimLoop
from tests.mesh.town.town import until
from tests.mesh.ways import in_one_process


class Picking:
    """Rows that appear while the loop is looking."""

    name = "picking"

    def __init__(self):
        self.rows, self.performed_rows, self.during = [], [], lambda: None

    def pick(self, session, limit, only=None):
        found, self.rows = self.rows, []
        self.during()
        return found

    def perform(self, session, rows, *, careful):
        self.performed_rows += rows

    def performed(self, rows, done):
        """Nothing to tell anybody."""


def loop_of(town, claim):
    database = town.databases["speaker"]
    return ClaimLoop("speaker", claim, database, database.engine, workers=1, batch=5, poll_s=60)


@in_one_process
def test_what_comes_while_it_looks_is_not_left_until_the_next_poll(town):
    claim = Picking()
    loop = loop_of(town, claim)

    def something_comes():
        claim.during = lambda: None
        claim.rows = ["row"]
        loop.wake()

    claim.during = something_comes
    loop.start()

    until(lambda: claim.performed_rows == ["row"], 5, "the row performed long before the poll")
    loop.stop()


@in_one_process
def test_a_failure_in_picking_is_raised_and_the_loop_goes_on(town):
    claim = Picking()
    claim.during = lambda: 1 // 0
    loop = loop_of(town, claim)
    with pytest.raises(ZeroDivisionError):
        loop.turn()

    loop.start()
    eventlet.sleep(0)
    claim.during, claim.rows = lambda: None, ["row"]

    until(lambda: claim.performed_rows == ["row"], 5, "it goes on")
    loop.stop()
