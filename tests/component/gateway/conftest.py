"""The gateway over real HTTP, with the services behind it."""

import pytest

from tests.component.gateway.door import Door


@pytest.fixture
def members():
    return ("subjects", "personnel", "gateway")


@pytest.fixture
def door(town, members, legal_clock):
    """Everything runs; requests go through the front door."""
    town.start(*members)
    return Door(town)
