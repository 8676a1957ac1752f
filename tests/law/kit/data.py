"""The folder of real data that some tests compare with; it is never part of the repository."""

from pathlib import Path

import pytest

from tests.harness.options import option

SETTING = "PLUMBLINE_TEST_DATA"
BESIDE = Path(__file__).parents[3].parent / "shared" / "data"


def folder(name: str) -> Path:
    """A folder of the data; a test that needs it and finds none says so."""
    path = Path(option(SETTING) or BESIDE) / name
    if not path.is_dir():
        pytest.skip(f"there is no {path}; {SETTING} names the folder of data")
    return path
