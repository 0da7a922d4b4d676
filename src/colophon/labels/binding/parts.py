"""The parts of a file that are its content, each with a name and a length, so that no two
different contents make the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import TooLarge, TruncatedFile
from colophon.labels.carriers.ranges import size_of

_CHUNK = 1 << 20
_OVERLAP = 4
_PART = 4
"""What a part costs beside its bytes, so that their number is bounded too."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes ``start`` to ``end`` of the source, under a short name."""

    name: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Value:
    """Bytes at hand, under a short name."""

    name: bytes
    data: bytes


Part = Span | Value


def streamed(source: BinaryIO, parts: Iterable[Part]) -> Iterator[bytes]:
    """What is hashed: for each part its name, its length, its bytes; in constant memory.

    Raises TruncatedFile where the source ends within a part; TooLarge where parts overlap so
    that a small file would cost as much as a large one.
    """
    left = _OVERLAP * size_of(source) + _CHUNK
    for part in parts:
        size = len(part.data) if isinstance(part, Value) else max(0, part.end - part.start)
        left -= size + _PART
        if left < 0:
            raise TooLarge(detail=f"parts > {_OVERLAP} × the file")
        yield _head(part.name, size)
        if isinstance(part, Value):
            yield part.data
            continue
        # The walk that finds the parts seeks too, so every read begins with its own.
        at = part.start
        while at < part.end:
            source.seek(at)
            chunk = source.read(min(_CHUNK, part.end - at))
            if not chunk:
                raise TruncatedFile(detail=f"@{at}")
            at += len(chunk)
            yield chunk


def _head(name: bytes, size: int) -> bytes:
    return bytes((len(name),)) + name + size.to_bytes(8)
