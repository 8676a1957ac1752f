"""A service that was never set up is another failure than one that is late."""

import pytest

from tests.component.forms import an_officer
from tests.component.gateway.test_problems import problem


@pytest.fixture
def members():
    return ("subjects", "gateway")


def test_a_service_that_is_not_part_of_the_system_is_a_bad_gateway(door):
    problem(door.post("/v1/officers", an_officer("x")), 502, "UNKNOWN_SERVICE")
