"""Files in an S3-compatible store; imported only where one is set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import InvalidResponseError, S3Error, ServerError

from plumbline.mesh.files import (
    FileMissing,
    FilesFull,
    FilesUnavailable,
    StoredFile,
    VerifiedStream,
    checked,
    draft,
    sweep,
)
from plumbline.mesh.settings import Settings

#: Parts are signed on the hub, so they are as small as S3 allows.
PART = 5 * 1024 * 1024
_MISSING = ("NoSuchKey", "NoSuchObject")
_FULL = ("XMinioStorageFull", "QuotaExceeded", "InsufficientStorage")


class S3Files:
    """Files in one bucket, each under its hash. The bucket is made by whoever runs the store, not here.

    A file is first written down in `spool`, for its name is only known when all of it was seen.
    """

    def __init__(self, client: Minio, bucket: str, spool: Path) -> None:
        self._client, self._bucket, self._spool = client, bucket, spool
        sweep(spool)

    @classmethod
    def from_settings(cls, settings: Settings) -> S3Files:
        """The bucket that the settings name."""
        url = urlsplit(settings.files_url or "")
        patience = urllib3.Timeout(connect=settings.connect_timeout_s, read=30)
        client = Minio(
            endpoint=url.netloc,
            access_key=settings.files_access_key,
            secret_key=settings.files_secret_key,
            secure=url.scheme == "s3",
            region=settings.files_region,
            http_client=urllib3.PoolManager(
                maxsize=10, timeout=patience, retries=urllib3.Retry(total=2, backoff_factor=0.2)
            ),
        )
        return cls(client, url.path.strip("/"), settings.data_dir / "spool")

    def put(self, content: IO[bytes] | Iterable[bytes]) -> StoredFile:
        """See `Files`."""
        with draft(self._spool, content) as (path, stored):
            if self._size(stored.sha256) != stored.size:
                with _errors(stored.sha256):
                    self._client.fput_object(
                        bucket_name=self._bucket,
                        object_name=self._key(stored.sha256),
                        file_path=str(path),
                        part_size=PART,
                    )
            return stored

    def open(self, sha256: str) -> VerifiedStream:
        """See `Files`."""
        with _errors(sha256):
            return VerifiedStream(
                sha256, _Answer(self._client.get_object(bucket_name=self._bucket, object_name=self._key(sha256)))
            )

    def exists(self, sha256: str) -> bool:
        """See `Files`."""
        return self._size(sha256) is not None

    def delete(self, sha256: str) -> None:
        """See `Files`."""
        with suppress(FileMissing), _errors(sha256):
            self._client.remove_object(bucket_name=self._bucket, object_name=self._key(sha256))

    def _size(self, sha256: str) -> int | None:
        try:
            with _errors(sha256):
                return self._client.stat_object(bucket_name=self._bucket, object_name=self._key(sha256)).size
        except FileMissing:
            return None

    def _key(self, sha256: str) -> str:
        return f"{checked(sha256)[:2]}/{sha256[2:4]}/{sha256}"


class _Answer:
    """The body of an answer, given back to its connection pool when closed."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def read(self, size: int) -> bytes:
        try:
            return self._answer.read(size)
        except urllib3.exceptions.HTTPError as error:
            raise FilesUnavailable(type(error).__name__) from error

    def close(self) -> None:
        self._answer.close()
        self._answer.release_conn()


@contextmanager
def _errors(sha256: str) -> Iterator[None]:
    try:
        yield
    except S3Error as error:
        if error.code in _MISSING:
            raise FileMissing(sha256) from None
        raise (FilesFull if error.code in _FULL else FilesUnavailable)(str(error.code)) from error
    except (urllib3.exceptions.HTTPError, InvalidResponseError, ServerError) as error:
        raise FilesUnavailable(type(error).__name__) from error
