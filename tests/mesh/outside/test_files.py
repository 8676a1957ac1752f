"""Files by hash: the same promises from a folder and from an S3-compatible store."""

import hashlib
import io
import os
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import eventlet
import pytest

from plumbline.mesh import files as store
from plumbline.mesh.files import (
    CHUNK,
    FileCorrupted,
    FileMissing,
    Files,
    FilesUnavailable,
    StoredFile,
    from_settings,
)
from plumbline.mesh.settings import load
from plumbline.mesh.stalls import Stalls
from tests.harness.process import Process
from tests.harness.waiting import free_port

LARGE = 3 * 5 * 1024 * 1024 + 17
ABSENT = hashlib.sha256(b"never put").hexdigest()
Damage = Callable[[str, Callable[[bytes], bytes]], None]


@pytest.fixture(scope="module")
def s3() -> Iterator[int]:
    """A store that speaks S3 on loopback; its port."""
    port = free_port()
    env = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    server = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with Process(server, env) as process:
        process.wait_for_port(port, 60)
        yield port


def bucket(port: int, tmp_path: Path) -> tuple[Files, Any, str]:
    name = f"files-{uuid.uuid4().hex[:12]}"
    files = from_settings(
        load(
            {
                "PLUMBLINE_DATA_DIR": str(tmp_path),
                "PLUMBLINE_FILES_URL": f"s3+http://127.0.0.1:{port}/{name}",
                "PLUMBLINE_FILES_ACCESS_KEY": "key",
                "PLUMBLINE_FILES_SECRET_KEY": "secret",
            }
        )
    )
    client = files._client  # type: ignore[attr-defined]
    client.make_bucket(bucket_name=name)
    return files, client, name


@pytest.fixture(params=["folder", "s3"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Files, Damage]:
    """A store, and a way to damage what lies in it."""
    if request.param == "folder":
        files = from_settings(load({"PLUMBLINE_DATA_DIR": str(tmp_path)}))

        def damage_file(sha256: str, how: Callable[[bytes], bytes]) -> None:
            place = tmp_path / "files" / sha256[:2] / sha256[2:4] / sha256
            place.write_bytes(how(place.read_bytes()))

        return files, damage_file
    files, client, name = bucket(request.getfixturevalue("s3"), tmp_path)

    def damage_object(sha256: str, how: Callable[[bytes], bytes]) -> None:
        key = f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
        broken = how(client.get_object(bucket_name=name, object_name=key).data)
        client.put_object(bucket_name=name, object_name=key, data=io.BytesIO(broken), length=len(broken))

    return files, damage_object


@pytest.fixture
def files(kept: tuple[Files, Damage]) -> Files:
    return kept[0]


@pytest.fixture
def damage(kept: tuple[Files, Damage]) -> Damage:
    return kept[1]


def left_over(tmp_path: Path) -> list[Path]:
    return list(tmp_path.rglob(store.DRAFT + "*"))


@pytest.mark.parametrize("content", [b"", b"x", os.urandom(CHUNK), os.urandom(2 * CHUNK + 1)])
def test_what_was_put_is_read_back(files: Files, tmp_path: Path, content: bytes) -> None:
    stored = files.put(io.BytesIO(content))
    assert stored == StoredFile(hashlib.sha256(content).hexdigest(), len(content))
    assert files.exists(stored.sha256)
    with files.open(stored.sha256) as stream:
        assert stream.read() == content
        assert stream.read() == b""
    assert left_over(tmp_path) == []


def test_it_takes_chunks_and_gives_parts(files: Files) -> None:
    stored = files.put(part for part in (b"one ", b"", b"two"))
    with files.open(stored.sha256) as stream:
        assert [stream.read(3), stream.read(2), stream.read(100), stream.read(1)] == [b"one", b" t", b"wo", b""]
    with files.open(stored.sha256) as stream:
        assert list(stream) == [b"one two"]


def test_putting_it_again_changes_nothing(files: Files) -> None:
    assert files.put([b"same"]) == files.put([b"sa", b"me"])


def test_a_file_that_is_not_there_is_missing(files: Files) -> None:
    assert not files.exists(ABSENT)
    with pytest.raises(FileMissing):
        files.open(ABSENT)
    files.delete(ABSENT)


@pytest.mark.parametrize("name", ["", "x", "../" * 20 + "etc/passwd", ABSENT.upper(), ABSENT + "0", ABSENT + "\n"])
def test_what_is_no_hash_names_no_file(files: Files, name: str) -> None:
    assert not files.exists(name)
    with pytest.raises(FileMissing):
        files.open(name)
    files.delete(name)


def test_a_deleted_file_is_gone(files: Files) -> None:
    stored = files.put([b"for a while"])
    files.delete(stored.sha256)
    assert not files.exists(stored.sha256)


@pytest.mark.parametrize(
    "how", [lambda whole: whole[:-1], lambda whole: whole + b"x", lambda whole: whole[:-1] + b"x", lambda whole: b""]
)
def test_a_damaged_file_is_never_handed_out_whole(files: Files, damage: Damage, how: Callable[[bytes], bytes]) -> None:
    content = bytes(2 * CHUNK + 5)
    stored = files.put([content])
    damage(stored.sha256, how)
    given = b""
    with files.open(stored.sha256) as stream:
        with pytest.raises(FileCorrupted):
            for part in stream:
                given += part
        with pytest.raises(FileCorrupted):
            stream.read()
    assert len(given) < len(how(content)) or given == b""


def test_putting_a_damaged_file_again_heals_it(files: Files, damage: Damage) -> None:
    stored = files.put([b"whole"])
    damage(stored.sha256, lambda whole: whole[:-1])
    files.put([b"whole"])
    with files.open(stored.sha256) as stream:
        assert stream.read() == b"whole"


def test_a_source_that_fails_leaves_nothing(files: Files, tmp_path: Path) -> None:
    def breaking() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError("the client went away")

    with pytest.raises(ConnectionError):
        files.put(breaking())
    assert left_over(tmp_path) == []
    assert not files.exists(hashlib.sha256(b"half").hexdigest())


def test_a_large_file_lets_others_work(files: Files) -> None:
    stalls = Stalls()
    stalls.start()
    turns = 0

    def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            eventlet.sleep(0)

    greenlet = eventlet.spawn(others)
    stored = files.put(bytes(CHUNK) for _ in range(LARGE // CHUNK))
    with files.open(stored.sha256) as stream:
        assert sum(map(len, stream)) == stored.size
    greenlet.kill()
    stalls.stop()
    assert turns > LARGE // CHUNK
    assert [stall.seconds for stall in stalls.seen if "plumbline/mesh/files" in stall.stack] == []


def test_a_store_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    settings = load(
        {
            "PLUMBLINE_DATA_DIR": str(tmp_path),
            "PLUMBLINE_FILES_URL": f"s3+http://127.0.0.1:{free_port()}/files",
            "PLUMBLINE_FILES_ACCESS_KEY": "key",
            "PLUMBLINE_FILES_SECRET_KEY": "secret",
        }
    )
    files = from_settings(settings)
    for act in (lambda: files.put([b"x"]), lambda: files.open(ABSENT), lambda: files.exists(ABSENT)):
        with pytest.raises(FilesUnavailable):
            act()
    assert left_over(tmp_path) == []


def test_a_bucket_that_is_not_there_is_unavailable_and_not_an_absent_file(s3: int, tmp_path: Path) -> None:
    files, client, name = bucket(s3, tmp_path)
    client.remove_bucket(bucket_name=name)
    with pytest.raises(FilesUnavailable):
        files.put([b"x"])
