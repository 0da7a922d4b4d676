"""Opening what the caller gave: a path, bytes or a binary file, checked before any parsing."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from colophon.errors import (
    ColophonError,
    EmptyFile,
    FileMissing,
    InputError,
    NotAFile,
    SourceChanged,
    TooLarge,
    Unreadable,
    UsageError,
)

Source = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO

HEAD = 4096
"""Bytes shown to the carriers' ``sniff``."""
STREAM_CAP = 4 << 30
"""A file object that cannot seek is copied to disk first, at most this many bytes."""
SPOOL_IN_MEMORY = 8 << 20
HIDDEN = ".colophon-"
"""How the names of our own unfinished files begin."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A seekable source. ``path`` is None for bytes and for file objects."""

    file: BinaryIO
    name: str
    size: int
    path: Path | None
    stamp: tuple[int, ...] = field(default=(), repr=False)

    def head(self) -> bytes:
        self.file.seek(0)
        return self.file.read(HEAD)

    def sha256(self) -> str:
        """Of the whole source, in hex."""
        self.file.seek(0)
        return hashlib.file_digest(self.file, "sha256").hexdigest()  # type: ignore[arg-type]

    def check_unchanged(self) -> None:
        """Raises SourceChanged when the file is not what it was at opening."""
        if self.path is None:
            return
        try:
            now = _stamp(os.stat(self.path))
        except OSError:
            now = ()
        if now != self.stamp or _stamp(os.fstat(self.file.fileno())) != self.stamp:
            raise SourceChanged(file=self.name)


@contextmanager
def opened(source: Source, name: str | None = None) -> Iterator[Opened]:
    """The source, open and seekable, closed afterwards if it was opened here.

    Named errors raised inside speak of the source by its name, whatever hidden file of ours
    they were met in. Raises FileMissing, NotAFile, Unreadable, EmptyFile or TooLarge; UsageError
    for a value that is no source at all.
    """
    with _opened(source, name) as given:
        try:
            yield given
        except ColophonError as error:
            if error.details.get("file", HIDDEN).startswith(HIDDEN):
                error.details["file"] = given.name
            raise


@contextmanager
def _opened(source: Source, name: str | None) -> Iterator[Opened]:
    if isinstance(source, (bytes, bytearray, memoryview)):
        data = bytes(source)
        yield _checked(io.BytesIO(data), name or "bytes", len(data))
    elif isinstance(source, (str, os.PathLike)):
        path = Path(source)
        called = name or path.name or str(source)
        with _open_path(path, called) as file:
            yield _of_path(file, path, called)
    elif hasattr(source, "read"):
        _check_readable(source)
        with _seekable(source, name or "stream") as given:
            yield given
    else:
        raise UsageError(detail=f"not a path, bytes or a binary file: {type(source).__name__}")


def _check_readable(source: BinaryIO) -> None:
    """Raises UsageError for a file object that gives no bytes."""
    if getattr(source, "closed", False):
        raise UsageError(detail="the file object is closed")
    if isinstance(source, io.TextIOBase) or getattr(source, "mode", "rb") in ("w", "wb", "a", "ab"):
        raise UsageError(detail="the file object was not opened to read bytes; use open(…, 'rb')")


def _open_path(path: Path, name: str) -> BinaryIO:
    # O_NONBLOCK: opening a named pipe must not hang before we can refuse it.
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise _named(error, name) from error
    except ValueError as error:  # an embedded NUL
        raise FileMissing(file=name) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotAFile(file=name)
    return os.fdopen(descriptor, "rb")


def _named(error: OSError, name: str) -> InputError:
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG):
        return FileMissing(file=name)
    if error.errno in (errno.EACCES, errno.EPERM):
        return Unreadable(file=name)
    return NotAFile(file=name)


def _of_path(file: BinaryIO, path: Path, name: str) -> Opened:
    status = os.fstat(file.fileno())
    if status.st_size == 0:
        raise EmptyFile(file=name)
    return Opened(file, name, status.st_size, path, _stamp(status))


def _checked(file: BinaryIO, name: str, size: int) -> Opened:
    if size == 0:
        raise EmptyFile(file=name)
    return Opened(file, name, size, None)


@contextmanager
def _seekable(stream: BinaryIO, name: str) -> Iterator[Opened]:
    if getattr(stream, "seekable", lambda: False)():
        size = stream.seek(0, io.SEEK_END)
        yield _checked(stream, name, size)
        return
    with tempfile.SpooledTemporaryFile(max_size=SPOOL_IN_MEMORY) as copy:
        size = 0
        while chunk := stream.read(1 << 20):
            size += len(chunk)
            if size > STREAM_CAP:
                raise TooLarge(file=name, detail=f"> {STREAM_CAP} bytes")
            copy.write(chunk)
        yield _checked(copy, name, size)  # type: ignore[arg-type]


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
