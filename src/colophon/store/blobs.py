"""Content-addressed files: the name is the SHA-256 of the bytes.

A blob is written to a temporary name, made durable, and renamed: a crash leaves nothing or
the whole blob. Temporary files of dead writers are swept when a runner starts.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import io
import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from colophon.errors import BlobDamaged, BlobMissing, DiskFull, TargetUnwritable
from colophon.store import files, folder

CHUNK_BYTES = 1 << 20
READ_ONLY = 0o400
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
NAME = re.compile(r"[0-9a-f]{64}", re.ASCII)
# Younger temporary files may belong to a writer that has not taken its lock yet.
SWEEP_AFTER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Blob:
    """A kept blob: its hash in hex and its size in bytes."""

    sha256: str
    size: int


def keep(source: BinaryIO | bytes) -> Blob:
    """Keep the bytes of ``source``, read to its end in constant memory; twice is once.

    Raises DiskFull and TargetUnwritable; either leaves no part of the blob.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    with _named_failures(), _temporary() as (file, temporary):
        blob = _copy(stream, file)
        target = path(blob.sha256)
        if not _is_whole(target, blob.size):
            _place(temporary, target)
    return blob


@contextlib.contextmanager
def _named_failures() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull(file="blobs") from error
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise TargetUnwritable(file="blobs", detail=error.strerror) from error
        raise


@contextlib.contextmanager
def _temporary() -> Iterator[tuple[BinaryIO, Path]]:
    drafts = _drafts()
    drafts.mkdir(mode=files.OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    draft = drafts / secrets.token_hex(16)
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, files.OWNER_ONLY)
    try:
        with os.fdopen(handle, "wb", buffering=0) as file:
            # The lock tells a sweep that this file's writer lives.
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file, draft
    finally:
        draft.unlink(missing_ok=True)


def _copy(stream: BinaryIO, file: BinaryIO) -> Blob:
    digest = hashlib.sha256()
    size = 0
    while chunk := stream.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
        rest = memoryview(chunk)
        while rest:
            rest = rest[file.write(rest) :]
    os.fchmod(file.fileno(), READ_ONLY)
    os.fsync(file.fileno())
    return Blob(digest.hexdigest(), size)


def _is_whole(target: Path, size: int) -> bool:
    try:
        return target.stat().st_size == size
    except FileNotFoundError:
        return False


def _place(draft: Path, target: Path) -> None:
    made = [parent for parent in (target.parent.parent, target.parent) if not parent.is_dir()]
    target.parent.mkdir(mode=files.OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    draft.rename(target)
    files.fsync_folder(target.parent)
    for parent in made:
        files.fsync_folder(parent.parent)


def path(sha256: str) -> Path:
    """Where the blob is, or would be; raises BlobMissing for what is no hash."""
    if not NAME.fullmatch(sha256):
        raise BlobMissing
    return folder.data() / "blobs" / sha256[:2] / sha256[2:4] / sha256


def exists(sha256: str) -> bool:
    """Whether the blob is kept."""
    return path(sha256).is_file()


def open_(sha256: str) -> BinaryIO:
    """The blob, for reading from its start; raises BlobMissing."""
    try:
        return path(sha256).open("rb")
    except FileNotFoundError as error:
        raise BlobMissing from error


def verify(sha256: str) -> Blob:
    """Read the blob and hash it again; raises BlobMissing or BlobDamaged."""
    digest = hashlib.sha256()
    size = 0
    with open_(sha256) as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    if digest.hexdigest() != sha256:
        raise BlobDamaged(sha256=sha256)
    return Blob(sha256, size)


def sweep(older_than_seconds: float = SWEEP_AFTER_SECONDS) -> int:
    """Remove the temporary files of dead writers; how many."""
    removed = 0
    drafts = _drafts()
    for draft in drafts.iterdir() if drafts.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):
            if time.time() - draft.stat().st_mtime >= older_than_seconds and _is_abandoned(draft):
                draft.unlink()
                removed += 1
    return removed


def _is_abandoned(draft: Path) -> bool:
    with draft.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _drafts() -> Path:
    return folder.data() / "blobs" / "drafts"
