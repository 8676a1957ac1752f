"""Files by the hash of their content: put in once, read out verified; a folder here, S3 in `files_s3`."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import eventlet
from eventlet import tpool

from plumbline.mesh.errors import MeshError
from plumbline.mesh.settings import Settings

CHUNK = 256 * 1024
DRAFT = ".draft-"
ABANDONED_S = 24 * 3600
_HASH = re.compile(r"[0-9a-f]{64}")
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class FileMissing(MeshError):
    """There is no file with this hash."""


class FileCorrupted(MeshError):
    """What is stored is not what was put in; none of its last part was handed out."""


class FilesFull(MeshError):
    """There is no room left; nothing of the file was kept."""


class FilesUnavailable(MeshError):
    """The store does not answer; the file may be put or read again later."""


@dataclass(frozen=True)
class StoredFile:
    """A file that is safely kept, and where to find it: under its hash."""

    sha256: str
    size: int


class Files(Protocol):
    """Where files are kept. Putting the same content again changes nothing."""

    def put(self, content: IO[bytes] | Iterable[bytes]) -> StoredFile:
        """Keep `content` (a stream or chunks, never wholly in memory); when it returns, the file is safe."""

    def open(self, sha256: str) -> VerifiedStream:
        """Read a file; raises FileMissing, or FileCorrupted before its last part is handed out."""

    def exists(self, sha256: str) -> bool:
        """Is there such a file?"""

    def delete(self, sha256: str) -> None:
        """Remove it, if it is there."""


class VerifiedStream:
    """A file that is being read. The last part is held back until the hash of the whole is known to be right."""

    def __init__(self, sha256: str, source: Any) -> None:
        self.sha256, self._source = sha256, source
        self._hash = hashlib.sha256()
        self._held: bytes | None = None
        self._verdict: bool | None = None
        self._rest = b""

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self.read(CHUNK):
            yield chunk

    def __enter__(self) -> VerifiedStream:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, or all that is left; b"" at the end."""
        while (size < 0 or len(self._rest) < size) and (chunk := self._next()):
            self._rest += chunk
        end = len(self._rest) if size < 0 else size
        taken, self._rest = self._rest[:end], self._rest[end:]
        return taken

    def close(self) -> None:
        """Let go of what it reads from."""
        self._source.close()

    def _next(self) -> bytes:
        """The next part, one behind what was read; b"" at the end."""
        if self._held is None:
            self._held = self._take()
        ready, self._held = self._held, self._take() if self._held else b""
        if not self._held and self._verdict is None:
            self._verdict = self._hash.hexdigest() == self.sha256
        if self._verdict is False:
            raise FileCorrupted(self.sha256)
        return ready

    def _take(self) -> bytes:
        chunk = self._source.read(CHUNK)
        self._hash.update(chunk)
        eventlet.sleep(0)  # a large file lets others work between two parts
        return chunk


def checked(sha256: str) -> str:
    """`sha256` if it is one: nothing else may ever become part of a path."""
    if not _HASH.fullmatch(sha256):
        raise FileMissing(sha256[:64])
    return sha256


@contextmanager
def draft(folder: Path, content: IO[bytes] | Iterable[bytes]) -> Iterator[tuple[Path, StoredFile]]:
    """`content` written down in `folder`, with its hash; gone after the block unless it was moved away."""
    with _room():
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=DRAFT)
        path = Path(name)
        try:
            with open(handle, "wb", buffering=0) as file:
                stored = _copy(content, file)
            yield path, stored
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise FilesFull(os.strerror(error.errno)) from error
        raise


def _copy(content: IO[bytes] | Iterable[bytes], file: IO[bytes]) -> StoredFile:
    seen, size = hashlib.sha256(), 0
    for chunk in _chunks(content):
        seen.update(chunk)
        size += len(chunk)
        left = memoryview(chunk)
        while left:
            left = left[file.write(left) :]
        eventlet.sleep(0)
    tpool.execute(os.fsync, file.fileno())
    return StoredFile(seen.hexdigest(), size)


def _chunks(content: IO[bytes] | Iterable[bytes]) -> Iterator[bytes]:
    if hasattr(content, "read"):
        while chunk := content.read(CHUNK):
            yield chunk
    else:
        yield from content


class DirectoryFiles:
    """Files in a folder, two levels deep by the beginning of their hash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        sweep(folder)

    def put(self, content: IO[bytes] | Iterable[bytes]) -> StoredFile:
        """See `Files`."""
        with draft(self.folder, content) as (path, stored):
            place = self._place(stored.sha256)
            place.parent.mkdir(parents=True, exist_ok=True)
            # Also over a file that is there already: it is the same, or it was damaged and is now whole again.
            os.replace(path, place)
            for folder in (place.parent, place.parent.parent, self.folder):
                tpool.execute(_sync_folder, folder)
            return stored

    def open(self, sha256: str) -> VerifiedStream:
        """See `Files`."""
        try:
            return VerifiedStream(sha256, self._place(sha256).open("rb"))
        except FileNotFoundError:
            raise FileMissing(sha256) from None

    def exists(self, sha256: str) -> bool:
        """See `Files`."""
        return bool(_HASH.fullmatch(sha256)) and self._place(sha256).is_file()

    def delete(self, sha256: str) -> None:
        """See `Files`."""
        with suppress(FileMissing):
            self._place(sha256).unlink(missing_ok=True)

    def _place(self, sha256: str) -> Path:
        return self.folder / checked(sha256)[:2] / sha256[2:4] / sha256


def sweep(folder: Path) -> None:
    """Remove what a killed process left half written; what is younger may still be written to."""
    for path in folder.glob(DRAFT + "*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > ABANDONED_S:
                path.unlink()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def from_settings(settings: Settings) -> Files:
    """The store that the settings name."""
    folder = settings.files_folder
    if folder is not None:
        return DirectoryFiles(folder)
    from plumbline.mesh.files_s3 import S3Files  # heavy, and a folder does without

    return S3Files.from_settings(settings)
