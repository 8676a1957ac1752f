"""The worker beside a process that is everything: there when there are jobs, and never longer than its parent."""

import subprocess
import sys

from plumbline.mesh.host import has_jobs
from tests.harness import Process
from tests.mesh.town.hearer import Hearer
from tests.mesh.town.speaker import Speaker

PLUMBLINE = [sys.executable, "-m", "plumbline.cli.main"]


def test_it_is_there_only_for_services_with_jobs():
    assert (has_jobs(Speaker), has_jobs(Hearer)) == (True, False)


def test_it_ends_when_its_parent_is_gone(tmp_path):
    environ = {"PLUMBLINE_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    subprocess.run([*PLUMBLINE, "migrate"], env=environ, check=True, capture_output=True)

    with Process([*PLUMBLINE, "work", "--all", "--child-of", "1"], environ) as worker:
        assert worker.wait(40) == 0
