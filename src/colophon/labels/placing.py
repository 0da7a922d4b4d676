"""Putting a finished file in its place: whole or not at all.

Everything is first written beside the target under a hidden name, flushed to the disk, and
only then given its name; whatever goes wrong on the way, nothing of it stays.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from colophon.errors import DiskFull, SourceChanged, TargetExists, TargetUnwritable
from colophon.labels.carriers.packet import Keep, Piece
from colophon.labels.sources import HIDDEN

CHUNK = 1 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Stage:
    """A hidden place beside a target, for the steps on the way to the finished file."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self._made: list[Path] = []

    def path(self) -> Path:
        """A fresh name in the target's folder, removed at the end if it still exists."""
        made = self.target.parent / f"{HIDDEN}{secrets.token_hex(8)}.part{self.target.suffix}"
        self._made.append(made)
        return made

    def commit(self, finished: Path, *, replace: bool) -> None:
        """Gives ``finished`` the target's name in one step.

        Raises TargetExists when something bears the name already and ``replace`` is false.
        """
        _flush(finished)
        if replace:
            os.replace(finished, self.target)
        else:
            _link(finished, self.target)
        _flush(self.target.parent)

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
    if error.errno in _FULL:
        return DiskFull(file=name)
    return TargetUnwritable(file=name, detail=os.strerror(error.errno or errno.EIO))


def write_pieces(source: BinaryIO, pieces: Iterable[Piece], path: Path) -> str:
    """Writes the pieces to a new file and answers its SHA-256 in hex, in constant memory.

    Raises SourceChanged when the source turns out shorter than a kept range.
    """
    digest = hashlib.sha256()
    with open(path, "xb") as out:
        for piece in pieces:
            for chunk in _chunks(source, piece, path):
                digest.update(chunk)
                out.write(chunk)
    return digest.hexdigest()


def write_stream(source: BinaryIO, path: Path) -> None:
    """Copies a whole source to a new file."""
    source.seek(0)
    with open(path, "xb") as out:
        shutil.copyfileobj(source, out, CHUNK)


def _chunks(source: BinaryIO, piece: Piece, path: Path) -> Iterator[bytes]:
    if not isinstance(piece, Keep):
        yield piece.data
        return
    source.seek(piece.start)
    left = piece.end - piece.start
    while left > 0:
        chunk = source.read(min(CHUNK, left))
        if not chunk:
            raise SourceChanged(file=path.name)
        left -= len(chunk)
        yield chunk


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
