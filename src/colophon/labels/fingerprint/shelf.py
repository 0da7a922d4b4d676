"""Arrays in one file: written whole under another name and moved into place, checked on opening,
read where they lie on disk.
"""

from __future__ import annotations

import hashlib
import json
import math
import mmap
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from colophon.errors import DiskFull, EmptyFile, FileMissing, MalformedFile, TargetUnwritable
from colophon.labels.placing import FULL
from colophon.labels.sources import HIDDEN

Array = NDArray[Any]

_MAGIC = b"COLOPHON PRINTS 1\n"
_HEAD, _ALIGN, _DIGEST = 4096, 64, 32
_TYPES = frozenset({"|u1", "<u2", "<u4", "<u8"})
_CHUNK = 1 << 24


def write(path: Path, kind: str, arrays: Mapping[str, Array]) -> None:
    """Replaces the file at once or not at all. Raises DiskFull, TargetUnwritable."""
    hidden = path.with_name(f"{HIDDEN}{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with hidden.open("wb") as file:
            _written(file, kind, arrays)
            file.flush()
            os.fsync(file.fileno())
        hidden.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull(file=path.name) from error
        raise TargetUnwritable(file=path.name, detail=error.strerror or "") from error
    finally:
        with suppress(OSError):
            hidden.unlink(missing_ok=True)


def read(path: Path, kind: str) -> dict[str, Array]:
    """The arrays, read-only, as they lie in the file. Raises FileMissing, EmptyFile; MalformedFile
    where one byte is not as it was written or the file is of another kind.
    """
    try:
        with path.open("rb") as file:
            whole = np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), np.uint8)
    except FileNotFoundError as error:
        raise FileMissing(file=path.name) from error
    except ValueError as error:  # nothing to map
        raise EmptyFile(file=path.name) from error
    head = _head(whole, path.name)
    if head.get("kind") != kind:
        raise MalformedFile(file=path.name, detail=f"not {kind}")
    return {
        name: _array(whole, kind, shape, at, path.name)
        for name, (kind, shape, at) in head["arrays"].items()
    }


def _written(file: BinaryIO, kind: str, arrays: Mapping[str, Array]) -> None:
    at, places = _HEAD, {}
    for name, array in arrays.items():
        places[name] = (array.dtype.str, list(array.shape), at)
        at += -(-array.nbytes // _ALIGN) * _ALIGN
    head = _MAGIC + json.dumps({"kind": kind, "arrays": places}).encode()
    digest = hashlib.sha256()
    for piece in _pieces(head.ljust(_HEAD), arrays):
        digest.update(piece)
        file.write(piece)
    file.write(digest.digest())


def _pieces(head: bytes, arrays: Mapping[str, Array]) -> Iterator[bytes | memoryview]:
    yield head
    for array in arrays.values():
        flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
        for start in range(0, len(flat), _CHUNK):
            yield flat[start : start + _CHUNK]
        yield b"\0" * (-array.nbytes % _ALIGN)


def _head(whole: Array, name: str) -> dict[str, Any]:
    if len(whole) < _HEAD + _DIGEST or whole[: len(_MAGIC)].tobytes() != _MAGIC:
        raise MalformedFile(file=name, detail="head")
    digest = hashlib.sha256(whole[:-_DIGEST].data).digest()
    if digest != whole[-_DIGEST:].tobytes():
        raise MalformedFile(file=name, detail="SHA-256")
    head: dict[str, Any] = json.loads(whole[len(_MAGIC) : _HEAD].tobytes())
    return head


def _array(whole: Array, kind: str, shape: list[int], at: int, name: str) -> Array:
    # The digest says what was written, not who wrote it.
    if kind not in _TYPES or min(shape, default=0) < 0 or at < _HEAD:
        raise MalformedFile(file=name, detail="array")
    end = at + math.prod(shape) * np.dtype(kind).itemsize
    if end > len(whole) - _DIGEST:
        raise MalformedFile(file=name, detail="array")
    return whole[at:end].view(kind).reshape(shape)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
