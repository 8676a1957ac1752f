"""The harness itself: processes are watched, killed, and never outlive the test run."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import Process, free_port, wait_for

PYTHON = [sys.executable, "-c"]
LISTENING = "import socket; s = socket.create_server(('127.0.0.1', {})); print('up', flush=True); s.accept()"
# Starts a process in the harness, says where its log and its group are, and then waits to be killed.
KEEPER = """
from tests.harness import Process
process = Process(["sleep", "600"]).start()
print(process.pid, process._folder, flush=True)
input()
"""


def test_a_process_is_awaited_by_its_words_and_its_port():
    port = free_port()
    with Process([*PYTHON, LISTENING.format(port)]) as process:
        assert process.wait_for_line("up", 10) == "up"
        process.wait_for_port(port, 10)
        assert process.wait(10) == 0


def test_a_process_that_ends_early_is_not_waited_for_and_its_log_is_shown():
    process = Process([*PYTHON, "raise SystemExit('no such database')"])
    with process, pytest.raises(AssertionError, match="no such database"):
        process.wait_for_line("ready", 60)


@pytest.mark.parametrize(("how", "code"), [("terminate", -signal.SIGTERM), ("kill9", -signal.SIGKILL)])
def test_a_process_is_stopped_and_started_again_with_one_log(how, code):
    with Process(["sh", "-c", "echo begun; exec sleep 600"]) as process:
        process.wait_for_line("begun", 10)
        assert getattr(process, how)() == code
        process.start()
        wait_for(lambda: process.log.count("begun") == 2, 10, "the second start")


def test_the_environment_is_ours_less_what_is_taken_away():
    env = {"HOME": None, "PLUMBLINE_X": "1"}
    with Process([*PYTHON, "import os; print('HOME' in os.environ, os.environ['PLUMBLINE_X'])"], env) as process:
        assert process.wait_for_line("1", 10) == "False 1"


def test_what_was_started_ends_when_the_starter_is_killed():
    keeper = subprocess.Popen(
        [*PYTHON, KEEPER], cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    pid, folder = keeper.stdout.readline().split()
    keeper.kill()
    keeper.wait()
    wait_for(lambda: not os.path.exists(folder), 10, "the folder to go")
    wait_for(lambda: ended(int(pid)), 10, "the process to end")


def ended(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
