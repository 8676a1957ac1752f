"""The harness itself: several test processes run every test once, whatever folders and groups the tests are in."""

import os
import subprocess
import sys
from pathlib import Path

from tests.harness.claims import totals_in

ROOT = Path(__file__).parents[2]
CONFTEST = """
import os
import pytest
from tests.harness.claims import Claims

def pytest_configure(config):
    config.addinivalue_line("markers", "together(name): one process")
    config.pluginmanager.register(Claims(os.environ["SHARED_FOLDER"]))

@pytest.fixture(scope="package", autouse=True)
def package():
    yield
"""
TESTS = """
import pathlib
import pytest

def note(name):
    with open(pathlib.Path(__file__).parents[1] / "ran", "a") as ran:
        ran.write(f"{__file__} {name}\\n")

@pytest.mark.parametrize("number", range(3))
def test_alone(number):
    note(f"alone {number}")

@pytest.mark.together("kills")
def test_together():
    note("together")
"""


def test_two_processes_run_every_test_once_and_add_up_their_counts(tmp_path):
    for folder in ("a", "b", "c"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").touch()
        for name in ("one", "two"):
            (tmp_path / folder / f"test_{name}.py").write_text(TESTS)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    shared = tmp_path / "shared"
    shared.mkdir()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "SHARED_FOLDER": str(shared)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:pytest_nameko", "-p", "no:cacheprovider", "."]
    runs = [subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    logs = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], "\n".join(logs)
    ran = (tmp_path / "ran").read_text().splitlines()
    assert len(ran) == len(set(ran)) == 6 * 4
    assert totals_in(str(shared))["passed"] == 24
