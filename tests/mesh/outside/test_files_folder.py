"""Files in a folder: a full disk and a killed process leave nothing half written that counts."""

import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from plumbline.mesh.files import DRAFT, DirectoryFiles, FilesFull
from tests.harness.process import Process


def left_over(folder: Path) -> list[Path]:
    return list(folder.rglob(DRAFT + "*"))


FULL = """
import plumbline.mesh.green
import resource, sys
from pathlib import Path
from plumbline.mesh.files import DirectoryFiles, FilesFull
files = DirectoryFiles(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
try:
    files.put(bytes(1 << 16) for _ in range(64))
except FilesFull as full:
    print("full:", full)
print("kept:", files.put([b"small"]).size)
"""


def test_no_room_is_a_clean_error_and_leaves_no_half_file(tmp_path: Path) -> None:
    with Process([sys.executable, "-c", FULL, str(tmp_path)]) as process:
        assert process.wait(60) == 0, process.log
        assert "full: File too large" in process.log and "kept: 5" in process.log
    assert left_over(tmp_path) == []
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_no_room_on_a_full_device_is_the_same_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any, **kwargs: Any) -> Any:
        return os.open("/dev/full", os.O_WRONLY), str(tmp_path / (DRAFT + "x"))

    monkeypatch.setattr("tempfile.mkstemp", full)
    with pytest.raises(FilesFull, match="No space left"):
        DirectoryFiles(tmp_path).put([b"x"])


def test_what_a_killed_process_left_is_swept_away_a_day_later(tmp_path: Path) -> None:
    old, young = tmp_path / (DRAFT + "old"), tmp_path / (DRAFT + "young")
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 90000,) * 2)
    DirectoryFiles(tmp_path)
    assert left_over(tmp_path) == [young]
