"""Marks for promises that only make sense in one of the two ways to run."""

import pytest

in_one_process = pytest.mark.parametrize("surroundings", ["embedded"], indirect=True)
over_servers = pytest.mark.parametrize("surroundings", ["mesh"], indirect=True)
