"""Putting a finished file in its place: whole or not at all.

Everything is first written beside the target under a hidden name, flushed to the disk, and
only then given its name; whatever goes wrong on the way, nothing of it stays.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Self

from colophon.errors import DiskFull, SourceChanged, TargetExists, TargetUnwritable
from colophon.labels.carriers.packet import Keep, Piece
from colophon.labels.sources import HIDDEN

CHUNK = 1 << 20
_SMALL = 1 << 18
_LARGE = 8 << 20
"""Beyond so many bytes the disk is told to begin while we go on, and a second core hashes."""
LONGEST_SUFFIX = 16
"""A longer one is left off our hidden names, which must fit into the file system's."""
STALE_SECONDS = 24 * 3600
PERMISSIONS = 0o777
_PART = re.compile(re.escape(HIDDEN) + r"[0-9a-f]{16}\.part(\.[^/]*)?", re.DOTALL)
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What a system answers when there is no room for more."""


class Stage:
    """A hidden place beside a target, for the steps on the way to the finished file."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self._made: list[Path] = []

    def path(self) -> Path:
        """A fresh name in the target's folder, removed at the end if it still exists."""
        suffix = self.target.suffix if len(self.target.suffix) <= LONGEST_SUFFIX else ""
        made = self.target.parent / f"{HIDDEN}{secrets.token_hex(8)}.part{suffix}"
        self._made.append(made)
        return made

    def beside(self, made: Path, suffix: str) -> Path:
        """The name of a file that goes with ``made``, removed at the end if it still exists."""
        also = made.with_name(made.name + suffix)
        self._made.append(also)
        return also

    def commit(self, finished: Path, *, replace: bool) -> None:
        """Gives ``finished`` the target's name in one step. What it replaces leaves it its
        permissions, and its owner where we may give files away.

        Raises TargetExists when something bears the name already and ``replace`` is false;
        TargetUnwritable when what is to be replaced is no file.
        """
        _put(finished, self.target, replace=replace)
        _flush(self.target.parent)

    def commit_beside(self, finished: Path, target: Path, *, replace: bool) -> None:
        """Gives a sidecar its name, before the file it speaks of gets its own."""
        _put(finished, target, replace=replace)

    def clear(self) -> None:
        for made in self._made:
            with suppress(OSError):
                made.unlink()


@contextmanager
def staging(target: Path) -> Iterator[Stage]:
    """A stage for ``target``; named errors for what a disk can do to us.

    Raises DiskFull or TargetUnwritable. No partial file is left either way.
    """
    stage = Stage(target)
    try:
        if not target.parent.is_dir():
            raise TargetUnwritable(file=target.name, detail="no such folder")
        yield stage
    except OSError as error:
        raise named_write_error(error, target.name) from error
    finally:
        stage.clear()


def named_write_error(error: OSError, name: str) -> DiskFull | TargetUnwritable:
    """The named error for an OSError met while writing ``name``."""
    if error.errno in FULL:
        return DiskFull(file=name)
    return TargetUnwritable(file=name, detail=os.strerror(error.errno or errno.EIO))


def write_pieces(source: BinaryIO, pieces: Iterable[Piece], path: Path) -> str:
    """Writes the pieces to a new file and answers its SHA-256 in hex, in constant memory.

    Raises SourceChanged when the source turns out shorter than a kept range.
    """
    begun, kept = 0, _Kept(source, path)
    with open(path, "xb") as out, _Digest() as digest:
        for piece in pieces:
            for chunk in kept.chunks(piece) if isinstance(piece, Keep) else (piece.data,):
                digest.update(chunk)
                out.write(chunk)
                if out.tell() - begun >= _LARGE:
                    begun = _begin_writing(out, begun)
        return digest.hex()


class _Kept:
    """The kept ranges of a source, a chunk at a time. Two buffers are filled in turn, so that one
    may still be hashed while the next is read; fresh memory for each would cost the system more
    than the copy itself.
    """

    def __init__(self, source: BinaryIO, path: Path) -> None:
        self._source, self._path = source, path
        self._buffers = [memoryview(b"")] * 2

    def chunks(self, piece: Keep) -> Iterator[memoryview]:
        self._source.seek(piece.start)
        left = piece.end - piece.start
        most = CHUNK if left > _LARGE else _SMALL
        if len(self._buffers[0]) < most:
            self._buffers = [memoryview(bytearray(most)) for _ in range(2)]
        while left > 0:
            self._buffers.reverse()
            buffer = self._buffers[0][:left]
            size = self._filled(buffer)
            if not size:
                raise SourceChanged(file=self._path.name)
            left -= size
            yield buffer[:size]

    def _filled(self, buffer: memoryview) -> int:
        if hasattr(self._source, "readinto"):
            return int(self._source.readinto(buffer) or 0)
        data = self._source.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Digest:
    """SHA-256 of what is written; of large files it is taken by a thread beside the writing."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._seen = 0
        self._under_way: Future[None] | None = None
        self._beside: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._beside is not None:
            self._beside.shutdown()

    def update(self, chunk: bytes | memoryview) -> None:
        self._wait()
        self._seen += len(chunk)
        if self._seen > _LARGE:
            self._beside = self._beside or ThreadPoolExecutor(1)
            self._under_way = self._beside.submit(self._sha256.update, chunk)
        else:
            self._sha256.update(chunk)

    def hex(self) -> str:
        self._wait()
        return self._sha256.hexdigest()

    def _wait(self) -> None:
        if self._under_way is not None:
            self._under_way.result()


def write_stream(source: BinaryIO, path: Path) -> None:
    """Copies a whole source to a new file."""
    source.seek(0)
    with open(path, "xb") as out:
        shutil.copyfileobj(source, out, CHUNK)


def clear_stale(folder: Path) -> None:
    """Removes what runs that were killed left in a folder, once it has lain for a day."""
    oldest = time.time() - STALE_SECONDS
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if not _PART.fullmatch(entry.name) or not entry.is_file(follow_symlinks=False):
                continue
            with suppress(OSError):
                if entry.stat(follow_symlinks=False).st_mtime < oldest:
                    Path(entry.path).unlink()


def _put(finished: Path, target: Path, *, replace: bool) -> None:
    if replace:
        _take_over(finished, target)
    _flush(finished)
    if replace:
        os.replace(finished, target)
    else:
        _link(finished, target)


def _take_over(finished: Path, target: Path) -> None:
    try:
        old = target.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISLNK(old.st_mode):
        return
    if not stat.S_ISREG(old.st_mode):
        raise TargetUnwritable(file=target.name, detail="not a regular file")
    with suppress(PermissionError):
        os.chown(finished, old.st_uid, old.st_gid)
    finished.chmod(stat.S_IMODE(old.st_mode) & PERMISSIONS)


def _begin_writing(out: BinaryIO, begun: int) -> int:
    """Has the system start writing what it holds back, without waiting; answers where it is."""
    end = out.tell()
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(out.fileno(), begun, end - begun, os.POSIX_FADV_DONTNEED)
    return end


def _link(finished: Path, target: Path) -> None:
    try:
        os.link(finished, target)
    except FileExistsError as error:
        raise TargetExists(file=target.name) from error
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK):
            raise
        # A file system without hard links: the check and the rename are then two steps.
        if target.exists():
            raise TargetExists(file=target.name) from error
        os.replace(finished, target)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
